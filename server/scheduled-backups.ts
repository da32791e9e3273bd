/** Backups on a schedule, each in a process of its own, so that requests do not wait for it. */
import { join } from 'node:path'
import { Cron } from 'croner'
import type { Database } from '#db/database.ts'
import type { Config } from '#server/config.ts'
import type { Clock } from '#server/platform/clock.ts'
import type { Logger } from '#server/platform/log.ts'
import type { Metrics } from '#server/platform/metrics.ts'

interface Parts {
  db: Pick<Database, 'acquireLease'>
  clock: Clock
  log: Logger
  metrics: Metrics
}

type Settings = Pick<Config, 'backups' | 'databaseUrl' | 'ads'>

const COMMAND = join(import.meta.dir, 'cli/backup.ts')
const IDLE: AsyncDisposable = { [Symbol.asyncDispose]: async () => {} }

/** One server of several makes each. Disposing of it ends one that is under way, whose folder then never appears. */
export function scheduleBackups(config: Settings, { db, clock, log, metrics }: Parts): AsyncDisposable {
  const { cron } = config.backups
  if (cron === 'off') return IDLE
  const ends = metrics.counter({
    name: 'adstock_backups_total',
    help: 'Scheduled backups of this server that ended, by result',
    labels: ['result'],
  })
  let lastMs: number | undefined
  const last = { name: 'adstock_backup_last_success_timestamp_seconds', help: 'Of this server; 0 for none' }
  metrics.gauge(last, (set) => lastMs !== undefined && set({}, lastMs / 1000))
  let child: Bun.Subprocess | undefined

  const backUp = async () => {
    const lease = await db.acquireLease('backup')
    if (!lease) return
    await using _ = lease
    const running = Bun.spawn([process.execPath, COMMAND, 'rotate'], {
      env: environmentOf(config),
      stdout: 'pipe',
      stderr: 'pipe',
    })
    child = running
    const [said, errors, code] = await Promise.all([
      new Response(running.stdout).text(),
      new Response(running.stderr).text(),
      running.exited,
    ])
    child = undefined
    ends.add({ result: code === 0 ? 'done' : 'failed' })
    if (code !== 0) return log.error({ code, said: errors.trim() }, 'the scheduled backup failed')
    lastMs = clock.now()
    log.info({ said: said.trim() }, 'the scheduled backup is done')
  }
  const onError = (error: unknown) => log.error({ err: error }, 'the scheduled backup failed')
  const job = new Cron(cron, { timezone: 'UTC', catch: onError, protect: true }, backUp)
  return {
    async [Symbol.asyncDispose]() {
      job.stop()
      child?.kill()
      await child?.exited
    },
  }
}

/** All that the command reads, as this server has it. */
function environmentOf({ databaseUrl, ads, backups }: Settings): Record<string, string> {
  return {
    PATH: Bun.env['PATH'] ?? '',
    DATABASE_URL: databaseUrl,
    ADS_DIR: ads.dir,
    ADS_REPORTS_FOLDER: ads.reportsFolder,
    BACKUP_DIR: backups.folder,
    BACKUP_KEEP: String(backups.keep.newest),
    BACKUP_KEEP_DAYS: String(backups.keep.days),
  }
}
