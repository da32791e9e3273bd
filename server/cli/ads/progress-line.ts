/** How far a run is, in a line; and, while nothing moves, what it waits for and until when. */
import { etaMs, failedOf, ratePerS, total, type Progress } from '#server/ads/offline.ts'
import { duration } from './output.ts'

/** Beside a bar: short enough for a terminal of 80 columns. An estimate while nothing moves would be false. */
export function progressWords(progress: Progress, nowMs: number): string {
  const { over, due } = countsOf(progress)
  const { waiting, activity } = progress
  const dates = `${over}/${due} dates`
  if (waiting) {
    const what = AWAITED[waiting.code ?? ''] ?? 'the next try'
    return `${due > 0 ? dates : (activity ?? '')} | waiting for ${what} ${untilWords(waiting.untilMs, nowMs)}`
  }
  if (due === 0) return activity ?? ''
  const left = etaMs(progress, nowMs)
  return [
    `${Math.floor((100 * over) / due)}%`,
    dates,
    `${ratePerS(progress, nowMs).toFixed(1)} dates/s`,
    ...(left === undefined ? [] : [`${duration(left)} left`]),
  ].join(' | ')
}

/** Undefined while nothing is waited for. The same text is the same wait. */
export function waitLine({ waiting, activity }: Progress, nowMs: number): string | undefined {
  if (!waiting) return undefined
  const during = activity === undefined ? '' : `, ${activity}`
  return `waiting ${untilWords(waiting.untilMs, nowMs)}${during}: ${waiting.reason}`
}

/** Fetched or failed, of those that were not there. */
export function countsOf(progress: Progress): { over: number; due: number } {
  return {
    over: total(progress, 'fetched') + failedOf(progress).length,
    due: total(progress, 'requested') - total(progress, 'skipped'),
  }
}

/** By the failure that made it wait. */
const AWAITED: Readonly<Record<string, string>> = {
  RATE_LIMITED: 'quota',
  NETWORK: 'the network',
  SERVER_ERROR: 'the server',
  TIMEOUT: 'an answer',
}

const SAME_DAY_MS = 12 * 3_600_000

/** In the clock of the terminal; the date only where it may be another one. */
function untilWords(untilMs: number, nowMs: number): string {
  const at = Temporal.Instant.fromEpochMilliseconds(Math.round(untilMs)).toZonedDateTimeISO(
    Temporal.Now.timeZoneId(),
  )
  const time = at.toPlainTime().toString({ smallestUnit: 'second' })
  return untilMs - nowMs > SAME_DAY_MS ? `until ${at.toPlainDate().toString()} ${time}` : `until ${time}`
}
