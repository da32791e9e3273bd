/** The daily job: when it ticks, and whether a tick was missed. It asks for what is missing, so one run makes up for many. */
import { Cron } from 'croner'
import type { Logger } from '#server/platform/log.ts'
import { ConfigurationError } from '#server/ads/errors.ts'
import type { Run } from '#server/ads/run-schema.ts'

export interface Schedule {
  cron: string
  zone: string
}

/** A run, as far as it tells whether the daily job was done. */
type DoneRun = Pick<Run, 'kind' | 'state' | 'skipped' | 'started_at'>

/**
 * Whether a tick passed while no server ran: then the dates of the lookback window are stale as well, not only the
 * missing ones due. Nothing is overdue in a store that was never filled.
 * @param runs newest first
 */
export function isOverdue({ cron, zone }: Schedule, runs: readonly DoneRun[], nowMs: number): boolean {
  if (cron === 'off' || runs.length === 0) return false
  const [tick] = new Cron(cron, { timezone: zone, paused: true }).previousRuns(1, new Date(nowMs))
  if (!tick) return false
  return !runs.some((run) => fetchedAll(run) && Date.parse(run.started_at) >= tick.getTime())
}

/** A backfill that found nothing there has fetched the recent dates too. */
function fetchedAll({ kind, state, skipped }: DoneRun): boolean {
  const isWhole = kind === 'daily' || (kind === 'backfill' && skipped === 0)
  return isWhole && (state === 'done' || state === 'parked')
}

export interface ScheduledJob extends Disposable {
  nextRun: () => Date | null
}

/** @returns undefined when the schedule is `off`. @throws ConfigurationError */
export function scheduleDaily(
  { cron, zone }: Schedule,
  { run, log }: { run: () => Promise<void>; log: Logger },
): ScheduledJob | undefined {
  if (cron === 'off') return undefined
  try {
    const job = new Cron(
      cron,
      {
        timezone: zone,
        // Without these two, a throwing job ends the process, and a slow one is started twice.
        catch: (error) => log.error({ err: error }, 'the daily ads job failed'),
        protect: () => log.warn('the daily ads job is still running; this tick is left out'),
      },
      run,
    )
    return { nextRun: () => job.nextRun(), [Symbol.dispose]: () => job.stop() }
  } catch (error) {
    throw new ConfigurationError(
      `ADS_CRON: "${cron}" is not a cron expression (${error instanceof Error ? error.message : String(error)}).`,
    )
  }
}
