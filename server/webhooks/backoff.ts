/** When a delivery that failed is tried again. */

/** After the first attempt. */
export const RETRIED_FOR_MS = 24 * 3_600_000
const FIRST_DELAY_MS = 5_000
const GROWTH = 3
const MAX_DELAY_MS = 4 * 3_600_000

/**
 * 5 s, 15 s, 45 s, … up to four hours, each at most a quarter more or less: some thirteen attempts in a day. A receiver
 * that names a delay (`Retry-After`) gets it, within the same bound.
 * @param attempts made so far, at least 1
 * @param random from 0 to 1
 */
export function delayMs(attempts: number, random: number, askedMs = 0): number {
  const delay = Math.min(FIRST_DELAY_MS * GROWTH ** (attempts - 1), MAX_DELAY_MS)
  return Math.round(Math.max(delay * (0.75 + random / 2), Math.min(askedMs, MAX_DELAY_MS)))
}
