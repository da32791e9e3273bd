/** The daily job. It asks for what is missing, not for what a missed tick would have fetched, so it catches up. */
import { Cron } from 'croner'
import type { Logger } from '#server/platform/log.ts'
import { ConfigurationError } from './errors.ts'

export interface Schedule {
  cron: string
  zone: string
}

/** @returns undefined when the schedule is `off`. @throws ConfigurationError */
export function scheduleDaily(
  { cron, zone }: Schedule,
  { run, log }: { run: () => Promise<void>; log: Logger },
): Disposable | undefined {
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
    return { [Symbol.dispose]: () => job.stop() }
  } catch (error) {
    throw new ConfigurationError(
      `ADS_CRON: "${cron}" is not a cron expression (${error instanceof Error ? error.message : String(error)}).`,
    )
  }
}
