/** How the daily job went, night by night. */
import { isActive } from '#client/ads/run-labels.ts'
import { dateOf, dayNumber } from '#client/ads/calendar-grid.ts'
import type { Run } from '#client/ads/days.ts'

/**
 * `mended`: it did not do all, and a later run did. `due`: it is still to come today. `none`: there was no run, although
 * the runs on record go back so far; `unknown`: they do not.
 */
export type NightState = 'done' | 'failed' | 'mended' | 'running' | 'due' | 'none' | 'unknown'

export interface Night {
  date: string
  state: NightState
  /** The last run of the daily job on that date. */
  run: Run | undefined
}

interface NightsOptions {
  /** Of the schedule. */
  zone: string
  nowMs: number
  nextRunAt: string | null
  /** As many runs as the server keeps: older ones are forgotten. */
  keptRuns: number
}

export const NIGHTS = 14

/** The last nights, oldest first. @param runs newest first */
export function nightsOf(runs: readonly Run[], options: NightsOptions): Night[] {
  const { zone, nowMs, nextRunAt, keptRuns } = options
  const on = (instant: string | number) => dateIn(zone, instant)
  const today = dayNumber(on(nowMs))
  const oldest = runs.length < keptRuns ? undefined : runs.at(-1)
  return Array.from({ length: NIGHTS }, (_, index) => {
    const date = dateOf(today - NIGHTS + 1 + index)
    const run = runs.find((each) => each.kind === 'daily' && on(each.started_at) === date)
    if (run) return { date, run, state: stateOf(run, runs) }
    const isDue = nextRunAt !== null && on(nextRunAt) === date
    const isForgotten = oldest !== undefined && date <= on(oldest.started_at)
    return { date, run, state: isDue ? 'due' : isForgotten ? 'unknown' : 'none' }
  })
}

function stateOf(run: Run, runs: readonly Run[]): NightState {
  if (isActive(run)) return 'running'
  if (run.state === 'done') return 'done'
  const later = runs.slice(0, runs.indexOf(run))
  return later.some(({ kind, state }) => kind !== 'fetch' && state === 'done') ? 'mended' : 'failed'
}

function dateIn(timeZone: string, instant: string | number): string {
  // In this locale a date is written as the server writes one.
  return new Intl.DateTimeFormat('sv-SE', { timeZone }).format(new Date(instant))
}
