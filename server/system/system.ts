/** What the server knows of itself and of what it stands on. */
import type { Database, DatabaseDescription } from '#db/database.ts'
import type { ProblemCode } from '#server/errors.ts'
import type { BackupStatus } from '#server/backup-status.ts'
import type { SettingInForce } from '#server/settings-list.ts'
import type { RecentErrors } from './recent-errors.ts'

export interface System {
  version: string
  /** Milliseconds since the epoch. */
  startedAt: number
  memoryBytes: () => number
  /** Undefined while it does not answer. */
  database: () => Promise<DatabaseDescription | undefined>
  redis: () => 'none' | 'ok' | 'degraded'
  /** Servers that share the Redis; undefined where only it could tell. */
  replicas: () => number | undefined
  settings: readonly SettingInForce[]
  recentErrors: RecentErrors
  /** Undefined where none is scheduled. */
  backup: () => Promise<BackupStatus | undefined>
  /** What to do about a refusal. */
  cureOf: (code: ProblemCode) => string
}

interface Parts extends Pick<System, 'version' | 'settings' | 'recentErrors' | 'cureOf' | 'backup'> {
  db: Database
  /** Undefined without a Redis. */
  redis: (() => 'ok' | 'degraded') | undefined
  replicas: () => number
}

export function createSystem({ db, redis, replicas, ...rest }: Parts): System {
  return {
    ...rest,
    startedAt: Date.now() - process.uptime() * 1000,
    memoryBytes: () => process.memoryUsage.rss(),
    database: async () => await db.describe().catch(() => undefined),
    redis: () => redis?.() ?? 'none',
    replicas: () => (redis?.() === 'ok' ? replicas() : undefined),
  }
}
