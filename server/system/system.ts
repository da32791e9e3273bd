/** What the server knows of itself and of what it stands on. */
import type { Database, DatabaseDescription } from '#db/database.ts'
import type { ProblemCode } from '#server/errors.ts'
import type { BackupStatus } from '#server/backup-status.ts'
import type { Siblings } from '#server/platform/siblings.ts'
import type { SettingInForce } from '#server/settings-list.ts'
import type { RecentErrors } from './recent-errors.ts'

export interface System {
  version: string
  /** Of each server process on the port. */
  processes: () => Promise<ServerProcess[]>
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

export interface ServerProcess {
  /** Milliseconds since the epoch. */
  startedAt: number
  memoryBytes: number
}

const TOPIC = 'process'

interface Parts extends Pick<System, 'version' | 'settings' | 'recentErrors' | 'cureOf' | 'backup'> {
  db: Database
  /** Undefined without a Redis. */
  redis: (() => 'ok' | 'degraded') | undefined
  replicas: () => number
  siblings: Pick<Siblings, 'ask' | 'answer'>
}

export function createSystem({ db, redis, replicas, siblings, ...rest }: Parts): System {
  siblings.answer(TOPIC, (): ServerProcess => ({
    startedAt: Date.now() - process.uptime() * 1000,
    memoryBytes: process.memoryUsage.rss(),
  }))
  return {
    ...rest,
    processes: async () => (await siblings.ask(TOPIC)) as ServerProcess[],
    database: async () => await db.describe().catch(() => undefined),
    redis: () => redis?.() ?? 'none',
    replicas: () => (redis?.() === 'ok' ? replicas() : undefined),
  }
}
