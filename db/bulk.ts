/** Many rows by one statement with one parameter: a parameter for each cell would cost more than the rows do. */
import { getTableColumns, getTableName, sql, type SQL, type SQLWrapper } from 'drizzle-orm'
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core'
import type { Database, Queries } from './database.ts'

interface Within {
  db: Database
  tx: Queries
}

interface Insertion<T extends PgTable, K> {
  into: T
  /** All with the same fields; columns that are not given take their defaults. */
  rows: readonly T['$inferInsert'][]
  /** Fields to give back of each inserted row, in no particular order. */
  returning?: readonly K[]
  /** Of a row that would break a unique constraint, such as `do nothing`; without it, that row refuses them all. */
  onConflict?: string
}

export async function insertMany<T extends PgTable, K extends keyof T['$inferSelect'] & string>(
  within: Within,
  { into, rows, returning = [], onConflict }: Insertion<T, K>,
): Promise<Pick<T['$inferSelect'], K>[]> {
  const fields = Object.keys(rows[0] ?? {})
  if (fields.length === 0) return []
  const run = prepared(within.db, ['insert', getTableName(into), fields, returning, onConflict], () => {
    const given = columnsOf(into, fields)
    const parts = [
      sql`insert into ${into} (${list(given, ({ column }) => sql.identifier(column.name))})`,
      sql`select ${list(given, ({ field }) => sql.identifier(field))} from ${source(within.db, given)}`,
    ]
    // Without a condition SQLite would take the `on` for a join's.
    if (onConflict !== undefined) parts.push(sql`where true on conflict ${sql.raw(onConflict)}`)
    const wanted = columnsOf(into, returning)
    if (wanted.length > 0)
      parts.push(sql`returning ${list(wanted, ({ column }) => sql.identifier(column.name))}`)
    return sql.join(parts, sql` `)
  })
  return toRows(into, returning, await run(within.tx, JSON.stringify(rows)))
}

interface Update<T, K> {
  /** Tells it from every other; only `given` may differ between two calls. */
  name: string
  table: T
  /** The one row of the table `given` that the rest is about. */
  given: Readonly<Record<string, string | number | null>>
  set: () => Readonly<Record<string, SQL>>
  where: () => readonly SQL[]
  returning: readonly K[]
}

/** For a statement that is run very often: it is composed once. */
export async function updateGiven<T extends PgTable, K extends keyof T['$inferSelect'] & string>(
  within: Within,
  { name, table, given, set, where, returning }: Update<T, K>,
): Promise<Pick<T['$inferSelect'], K>[]> {
  const run = prepared(within.db, ['given', getTableName(table), name], () => {
    const columns = Object.entries(given).map(([field, value]) => ({
      name: field,
      text: typeof value === 'string',
    }))
    const changes = list(
      columnsOf(table, Object.keys(set())),
      ({ field, column }) => sql`${sql.identifier(column.name)} = ${set()[field]}`,
    )
    // Without the limit PostgreSQL would take it for a hundred rows, and read a small table as a whole.
    return sql`update ${table} set ${changes} from (select * from ${within.db.rowsOf([], columns)} limit 1) as given
      where ${sql.join([...where()], sql` and `)} returning ${list(
        columnsOf(table, returning),
        ({ column }) => sql`${column}`,
      )}`
  })
  return toRows(table, returning, await run(within.tx, JSON.stringify([given])))
}

interface Locked<T, K> {
  table: T
  /** Values of this column, which is unique. */
  by: string
  values: readonly (string | number)[]
  returning: readonly K[]
}

/** The rows with these values, locked until the transaction ends. @throws when another transaction does not let go of one */
export async function lockSoon<
  T extends PgTable & { id: PgColumn },
  K extends keyof T['$inferSelect'] & string,
>(within: Within, { table, by, values, returning }: Locked<T, K>): Promise<Pick<T['$inferSelect'], K>[]> {
  const run = prepared(within.db, ['lock', getTableName(table), by, returning], () => {
    const [key] = columnsOf(table, [by])
    const given = sql`select ${sql.identifier(by)} from ${source(within.db, columnsOf(table, [by]))}`
    const wanted = list(columnsOf(table, returning), ({ column }) => sql`${column}`)
    // In the order of ids, as every writer of several rows locks them: so that two cannot wait for each other.
    return sql`select ${wanted} from ${table} where ${key?.column} in (${given})
      order by ${table.id} ${within.db.forUpdateClause}`
  })
  const parameter = JSON.stringify(values.map((value) => ({ [by]: value })))
  return toRows(table, returning, await within.db.lockingSoon(within.tx, () => run(within.tx, parameter)))
}

function toRows<T extends PgTable, K extends keyof T['$inferSelect'] & string>(
  table: T,
  fields: readonly K[],
  found: readonly Record<string, unknown>[],
): Pick<T['$inferSelect'], K>[] {
  const wanted = columnsOf(table, fields)
  const toRow = (row: Record<string, unknown>) =>
    wanted.map(({ field, column }) => {
      const value = row[column.name]
      return [field, value === null ? null : column.mapFromDriverValue(value)]
    })
  return found.map((row) => Object.fromEntries(toRow(row)) as Pick<T['$inferSelect'], K>)
}

/** Each id at most once; all with the same fields. */
export async function updateMany<T extends PgTable & { id: PgColumn }>(
  within: Within,
  { table, rows }: { table: T; rows: readonly ({ id: number } & Partial<T['$inferInsert']>)[] },
): Promise<void> {
  const fields = Object.keys(rows[0] ?? {})
  if (fields.length === 0) return
  const run = prepared(within.db, ['update', getTableName(table), fields], () => {
    const given = columnsOf(table, fields)
    const changes = list(
      given.filter(({ column }) => column !== table.id),
      ({ field, column }) => sql`${sql.identifier(column.name)} = given.${sql.identifier(field)}`,
    )
    return sql`update ${table} set ${changes} from ${source(within.db, given)} where ${table.id} = given.id`
  })
  await run(within.tx, JSON.stringify(rows))
}

type Prepared = ReturnType<Database['prepare']>

const known = new WeakMap<Database, Map<string, Prepared>>()

/** Composing a statement takes longer than running it, so it is done once for what it is made of. */
function prepared(db: Database, key: readonly unknown[], compose: () => SQL): Prepared {
  const own = known.get(db) ?? new Map<string, Prepared>()
  known.set(db, own)
  const name = JSON.stringify(key)
  const run = own.get(name) ?? db.prepare(compose())
  own.set(name, run)
  return run
}

interface FieldColumn {
  field: string
  column: PgColumn
}

function columnsOf(table: PgTable, fields: readonly string[]): FieldColumn[] {
  return Object.entries(getTableColumns(table)).flatMap(([field, column]) =>
    fields.includes(field) ? { field, column } : [],
  )
}

function source(db: Database, given: readonly FieldColumn[]): SQL {
  return db.rowsOf(
    [],
    given.map(({ field, column }) => ({ name: field, text: column.dataType === 'string' })),
  )
}

function list<T>(items: readonly T[], part: (item: T) => SQLWrapper): SQL {
  return sql.join(items.map(part), sql`, `)
}
