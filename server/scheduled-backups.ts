/** Backups on a schedule, each in a process of its own, so that requests do not wait for it. */
import { join } from 'node:path'
import { Cron } from 'croner'
import type { Database } from '#db/database.ts'
import type { Audit } from '#server/audit/audit.ts'
import { recordedOutside } from '#server/audit/record.ts'
import type { BackupRecord, LastBackup } from '#server/backup-status.ts'
import type { Config } from '#server/config.ts'
import type { Clock } from '#server/platform/clock.ts'
import type { Logger } from '#server/platform/log.ts'
import type { Metrics } from '#server/platform/metrics.ts'
import { redacted } from '#server/platform/redact.ts'

export interface BackupParts {
  db: Database
  audit: Audit
  record: BackupRecord
  clock: Clock
  log: Logger
  metrics: Metrics
}

type Settings = Pick<Config, 'backups' | 'databaseUrl' | 'ads'>

const COMMAND = join(import.meta.dir, 'cli/backup.ts')
const IDLE: AsyncDisposable = { [Symbol.asyncDispose]: async () => {} }
const MAX_PROBLEM = 300

const ACT = {
  operation: 'backups.rotate',
  subject: { kind: 'backup', idsOf: ({ name }: LastBackup) => [name ?? undefined] },
  input: {},
} as const

/** One server of several makes each. Disposing of it ends one that is under way, whose folder then never appears. */
export function scheduleBackups(
  config: Settings,
  { db, audit, record, clock, log, metrics }: BackupParts,
): AsyncDisposable {
  const { cron } = config.backups
  if (cron === 'off') return IDLE
  const ends = metrics.counter({
    name: 'adstock_backups_total',
    help: 'Scheduled backups of this server that ended, by result',
    labels: ['result'],
  })
  let lastMs: number | undefined
  const name = 'adstock_backup_last_success_timestamp_seconds'
  const last = { name, help: 'Of this server; 0 for none', aggregator: 'max' } as const
  metrics.gauge(last, (set) => lastMs !== undefined && set({}, lastMs / 1000))
  const stopping = new AbortController()
  let running: Promise<unknown> | undefined

  const backUp = async () => {
    const begunAt = clock.now()
    const ended = { ...(await rotate(config, stopping.signal)), begunAt, endedAt: clock.now() }
    await record.ended(ended)
    ends.add({ result: ended.proved ? 'done' : 'failed' })
    if (!ended.proved) throw new BackupFailed(ended.problem ?? 'it is not whole')
    lastMs = ended.endedAt
    log.info({ backup: ended.name, bytes: ended.bytes }, 'the scheduled backup is done')
    return ended
  }
  const onError = (error: unknown) => log.error({ err: error }, 'the scheduled backup failed')
  const recording = { audit, caller: { name: 'job' }, requestId: null, log }
  const job = new Cron(cron, { timezone: 'UTC', catch: onError, protect: true }, async () => {
    await using lease = await db.acquireLease('backup')
    if (lease) await (running = recordedOutside(recording, ACT, backUp))
  })
  return {
    async [Symbol.asyncDispose]() {
      job.stop()
      stopping.abort()
      await running?.catch(() => {})
    },
  }
}

class BackupFailed extends Error {
  override readonly name = 'BackupFailed'
}

type Rotated = Pick<LastBackup, 'proved' | 'name' | 'bytes' | 'problem'>

async function rotate(config: Settings, signal: AbortSignal): Promise<Rotated> {
  const child = Bun.spawn([process.execPath, COMMAND, 'rotate', '--json', '--scheduled'], {
    env: environmentOf(config),
    stdout: 'pipe',
    stderr: 'pipe',
    signal,
  })
  const [said, errors] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  const told = said.trim().split('\n').at(-1) ?? ''
  const { name = null, bytes = null }: Partial<Rotated> = told.startsWith('{') ? JSON.parse(told) : {}
  const problem = redacted(errors.trim()).slice(0, MAX_PROBLEM)
  const proved = child.exitCode === 0 && name !== null
  return { proved, name, bytes, problem: proved ? null : problem || `it ended with ${child.exitCode}` }
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
