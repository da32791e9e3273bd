/** When a server that ended is started again: values in, values out. */

const FIRST_DELAY_MS = 1_000
const MAX_DELAY_MS = 30_000
/** A server that lived so long was well. */
const WELL_AFTER_MS = 60_000
/** So many deaths in a time tell of what another start does not mend. */
const HOPELESS = { deaths: 5, withinMs: 60_000 }

/** @param lastDelayMs 0 before the first one */
export function restartDelayMs(lastDelayMs: number, livedMs: number): number {
  if (lastDelayMs === 0 || livedMs >= WELL_AFTER_MS) return FIRST_DELAY_MS
  return Math.min(lastDelayMs * 2, MAX_DELAY_MS)
}

/** @param deathsAtMs ascending */
export function isHopeless(deathsAtMs: readonly number[], nowMs: number): boolean {
  return deathsAtMs.filter((atMs) => nowMs - atMs < HOPELESS.withinMs).length >= HOPELESS.deaths
}
