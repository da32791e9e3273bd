/** The daily job: when it ticks, and whether a tick was missed. It asks for what is missing, so one run makes up for many. */
import { Cron } from 'croner'
import type { Logger } from '#server/platform/log.ts'
import { ConfigurationError } from '#server/ads/errors.ts'
import type { Run } from '#server/ads/run-schema.ts'

export interface Schedule {
  cron: string
  zone: string
}

const MAX_AHEAD_MS = 60_000

/** A run, as far as it tells whether the daily job was done. */
type DoneRun = Pick<Run, 'kind' | 'state' | 'skipped' | 'started_at'>

/**
 * Whether a tick passed while no server ran: then the dates of the lookback window are stale as well, not only the
 * missing ones due. Nothing is overdue in a store that was never filled.
 * @param runs newest first
 */
export function isOverdue({ cron, zone }: Schedule, runs: readonly DoneRun[], nowMs: number): boolean {
  if (cron === 'off' || runs.length === 0) return false
  // The tick of this very moment counts.
  const [tick] = new Cron(cron, { timezone: zone, paused: true }).previousRuns(1, new Date(nowMs + 1_000))
  if (!tick) return false
  return !runs.some((run) => {
    const startedAtMs = Date.parse(run.started_at)
    // What a clock that was ahead has recorded must not hold up the job until then.
    const isPast = startedAtMs <= nowMs + MAX_AHEAD_MS
    return fetchedAll(run) && startedAtMs >= tick.getTime() && isPast
  })
}

/** Whether a tick is to be followed: a clock that is set back comes to the same tick twice. */
export function isDue(schedule: Schedule, runs: readonly DoneRun[], nowMs: number): boolean {
  return runs.length === 0 || isOverdue(schedule, runs, nowMs)
}

/** A backfill that found nothing there has fetched the recent dates too. */
function fetchedAll({ kind, state, skipped }: DoneRun): boolean {
  const isWhole = kind === 'daily' || (kind === 'backfill' && skipped === 0)
  return isWhole && (state === 'done' || state === 'parked')
}

/** Of a schedule that is right. */
export function nextTick({ cron, zone }: Schedule): Date | null {
  return cron === 'off' ? null : new Cron(cron, { timezone: zone, paused: true }).nextRun()
}

interface Job {
  run: () => Promise<void>
  /** Asked at each tick. */
  isNew: () => boolean
  log: Logger
}

/** @returns undefined when the schedule is `off`. @throws ConfigurationError */
export function scheduleDaily({ cron, zone }: Schedule, { run, isNew, log }: Job): Disposable | undefined {
  requireCron(cron)
  if (cron === 'off') return undefined
  const options = {
    timezone: zone,
    // Without these two, a throwing job ends the process, and a slow one is started twice.
    catch: (error: unknown) => log.error({ err: error }, 'the daily ads job failed'),
    protect: () => log.warn('the daily ads job is still running; this tick is left out'),
  }
  const job = new Cron(cron, options, async () => {
    if (isNew()) await run()
  })
  return { [Symbol.dispose]: () => job.stop() }
}

/** @throws ConfigurationError */
export function requireCron(cron: string): void {
  if (cron === 'off') return
  try {
    new Cron(cron, { paused: true }).stop()
  } catch (error) {
    throw new ConfigurationError(
      `ADS_CRON: "${cron}" is not a cron expression (${error instanceof Error ? error.message : String(error)}).`,
    )
  }
}
