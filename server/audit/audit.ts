/** The audit: which key wrote what and when. Entries are added and, when they are old, forgotten; never changed. */
import { and, desc, eq, gte, inArray, lt, lte, or } from 'drizzle-orm'
import { insertMany } from '#db/bulk.ts'
import type { Database, Queries } from '#db/database.ts'
import type { AuditRow } from '#db/schema.postgres.ts'
import type { Clock } from '#server/platform/clock.ts'

export type NewEntry = Omit<AuditRow, 'id' | 'at'>

export interface AuditFilter {
  /** Milliseconds since the epoch, inclusive. */
  from?: number | undefined
  to?: number | undefined
  keyId?: number | undefined
  actor?: string | undefined
  operation?: string | undefined
  subject?: string | undefined
  subjectId?: string | undefined
}

export interface AuditPage {
  limit: number
  /** Entries older than this one. */
  before: Pick<AuditRow, 'at' | 'id'> | undefined
}

interface Parts {
  clock: Clock
  keptMs: number
  /** The names of operations by their routes. */
  names: ReadonlyMap<string, string>
}

export interface Audit extends ReturnType<typeof actionsOf> {
  /** The same, whose entries go into this transaction, for the caller to commit. */
  within(tx: Queries): Audit
}

const FORGOTTEN_AT_ONCE = 1000

export function createAudit(db: Database, parts: Parts): Audit {
  const auditOf = (begin: Database['withTransaction']): Audit => ({
    ...actionsOf(db, { ...parts, begin }),
    within: (tx) => auditOf((run) => run(tx)),
  })
  return auditOf(db.withTransaction)
}

function actionsOf(
  db: Database,
  { clock, keptMs, names, begin }: Parts & { begin: Database['withTransaction'] },
) {
  const { audit } = db.tables
  return {
    async append(entries: readonly NewEntry[]): Promise<void> {
      if (entries.length === 0) return
      const rows = entries.map(({ operation, ...entry }) => ({
        ...entry,
        operation: names.get(operation) ?? operation,
        at: clock.now(),
      }))
      await begin((tx) => insertMany({ db, tx }, { into: audit, rows }))
    },

    /** Newest first. */
    async entries(filter: AuditFilter, { limit, before }: AuditPage): Promise<AuditRow[]> {
      const { from, to, ...exact } = filter
      const equal = (Object.entries(exact) as [keyof typeof exact, string | number | undefined][]).map(
        ([column, value]) => (value === undefined ? undefined : eq(audit[column], value)),
      )
      return await db.scanner
        .select()
        .from(audit)
        .where(
          and(
            ...equal,
            from === undefined ? undefined : gte(audit.at, from),
            to === undefined ? undefined : lte(audit.at, to),
            before && lte(audit.at, before.at),
            before && or(lt(audit.at, before.at), lt(audit.id, before.id)),
          ),
        )
        .orderBy(desc(audit.at), desc(audit.id))
        .limit(limit)
    },

    forgetExpired: async (): Promise<void> => {
      for (let forgotten = FORGOTTEN_AT_ONCE; forgotten === FORGOTTEN_AT_ONCE;) {
        const old = await db.scanner
          .select({ id: audit.id })
          .from(audit)
          .where(lt(audit.at, clock.now() - keptMs))
          .orderBy(audit.at)
          .limit(FORGOTTEN_AT_ONCE)
        const ids = old.map(({ id }) => id)
        forgotten = ids.length
        if (forgotten > 0) await begin((tx) => tx.delete(audit).where(inArray(audit.id, ids)))
      }
    },
  }
}
