/** For the person that runs the server: what it is, how it is, and what went wrong. Of secrets, that they are set. */
import * as v from 'valibot'
import type { BackupStatus } from '#server/backup-status.ts'
import { PROBLEMS, type ProblemCode } from '#server/errors.ts'
import { query } from '#server/operation.ts'
import { isoTime } from '#server/platform/iso-time.ts'
import { Nothing } from '#server/products/schema.ts'
import type { RecentError } from './recent-errors.ts'
import type { System } from './system.ts'

const shared = { scope: 'admin', cost: 'read', input: Nothing } as const

const Backup = v.pipe(
  v.object({
    cron: v.string(),
    next_at: v.nullable(v.string()),
    is_overdue: v.pipe(
      v.boolean(),
      v.description('Two hours after its time no backup that began then has ended.'),
    ),
    last: v.pipe(
      v.nullable(
        v.object({
          begun_at: v.string(),
          ended_at: v.string(),
          proved: v.pipe(v.boolean(), v.description('Restored, and equal to what was backed up.')),
          name: v.nullable(v.string()),
          bytes: v.nullable(v.number()),
          problem: v.nullable(v.string()),
        }),
      ),
      v.description('Of all servers of the database; null while there was none.'),
    ),
  }),
  v.title('ScheduledBackup'),
)

const Status = v.object({
  version: v.string(),
  started_at: v.pipe(v.string(), v.description('Of the process that has run longest.')),
  processes: v.pipe(v.number(), v.description('Server processes on this port (`SERVERS`).')),
  memory_bytes: v.pipe(v.number(), v.description('Of all these processes together.')),
  database: v.object({
    state: v.picklist(['ok', 'unreachable']),
    product: v.nullable(v.string()),
    version: v.nullable(v.string()),
    bytes: v.nullable(v.number()),
  }),
  redis: v.pipe(
    v.picklist(['none', 'ok', 'degraded']),
    v.description('While it is `degraded` everything works, only slower.'),
  ),
  replicas: v.pipe(
    v.nullable(v.number()),
    v.description('Servers that share the Redis; null without one that answers.'),
  ),
  backup: v.pipe(
    v.nullable(Backup),
    v.description('Null where none is scheduled, or the database does not answer.'),
  ),
})

const Errors = v.object({
  items: v.array(
    v.object({
      at: v.string(),
      request_id: v.string(),
      code: v.string(),
      status: v.number(),
      title: v.string(),
      path: v.string(),
      what_to_do: v.string(),
    }),
  ),
})

const SettingsList = v.object({
  items: v.array(
    v.object({
      name: v.string(),
      group: v.string(),
      description: v.string(),
      value: v.pipe(v.nullable(v.string()), v.description('Null for a secret, and where nothing holds.')),
      is_set: v.pipe(v.boolean(), v.description('False where the default holds.')),
      is_secret: v.boolean(),
    }),
  ),
})

export const systemOperations = {
  status: query({
    ...shared,
    rest: 'GET /system/status',
    summary: 'This server, its database and its Redis',
    output: Status,
    async run({ system }) {
      const [database, processes] = await Promise.all([system.database(), system.processes()])
      return {
        version: system.version,
        started_at: new Date(Math.min(...processes.map((each) => each.startedAt))).toISOString(),
        processes: processes.length,
        memory_bytes: processes.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0),
        database: {
          state: database ? ('ok' as const) : ('unreachable' as const),
          product: database?.product ?? null,
          version: database?.version ?? null,
          bytes: database?.bytes ?? null,
        },
        redis: system.redis(),
        replicas: system.replicas() ?? null,
        backup: database ? backupToWire(await system.backup()) : null,
      }
    },
  }),

  errors: query({
    ...shared,
    rest: 'GET /system/errors',
    summary:
      'The last requests that failed or were refused, newest first: of all servers that share a Redis or a port, else of this one since it started',
    output: Errors,
    run: async ({ system }) => ({
      items: (await system.recentErrors.list()).map((each) => errorToWire(system, each)),
    }),
  }),

  settings: query({
    ...shared,
    rest: 'GET /system/settings',
    summary: 'Every setting and what holds in this process; of a secret only whether it is set',
    output: SettingsList,
    run: async ({ system }) => ({
      items: system.settings.map(({ isSet, isSecret, ...setting }) => ({
        ...setting,
        is_set: isSet,
        is_secret: isSecret,
      })),
    }),
  }),
}

function backupToWire(status: BackupStatus | undefined) {
  if (!status) return null
  const { cron, nextAt, isOverdue, last } = status
  if (!last) return { cron, next_at: isoTime(nextAt), is_overdue: isOverdue, last: null }
  const { begunAt, endedAt, ...same } = last
  const times = { begun_at: new Date(begunAt).toISOString(), ended_at: new Date(endedAt).toISOString() }
  return { cron, next_at: isoTime(nextAt), is_overdue: isOverdue, last: { ...same, ...times } }
}

function errorToWire({ cureOf }: System, { at, ...error }: RecentError) {
  const known = error.code in PROBLEMS ? (error.code as ProblemCode) : undefined
  return {
    ...error,
    at: new Date(at).toISOString(),
    title: known ? PROBLEMS[known].title : error.code,
    what_to_do: known ? cureOf(known) : '',
  }
}
