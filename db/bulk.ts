/** Many rows by one statement with one parameter: a parameter for each cell would cost more than the rows do. */
import { getTableColumns, sql, type SQL, type SQLWrapper } from 'drizzle-orm'
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
  onConflict?: SQL
}

export async function insertMany<T extends PgTable, K extends keyof T['$inferSelect'] & string>(
  { db, tx }: Within,
  { into, rows, returning = [], onConflict }: Insertion<T, K>,
): Promise<Pick<T['$inferSelect'], K>[]> {
  const given = columnsOf(into, Object.keys(rows[0] ?? {}))
  if (given.length === 0) return []
  const statement = [
    sql`insert into ${into} (${list(given, ({ column }) => sql.identifier(column.name))})`,
    sql`select ${list(given, ({ field }) => sql.identifier(field))} from ${source(db, rows, given)}`,
  ]
  // Without a condition SQLite would take the `on` for a join's.
  if (onConflict) statement.push(sql`where true on conflict ${onConflict}`)
  const wanted = columnsOf(into, returning)
  if (wanted.length > 0)
    statement.push(sql`returning ${list(wanted, ({ column }) => sql.identifier(column.name))}`)
  const inserted = await db.all(tx, sql.join(statement, sql` `))
  const toRow = (row: Record<string, unknown>) =>
    wanted.map(({ field, column }) => {
      const value = row[column.name]
      return [field, value === null ? null : column.mapFromDriverValue(value)]
    })
  return inserted.map((row) => Object.fromEntries(toRow(row)) as Pick<T['$inferSelect'], K>)
}

/** Each id at most once; all with the same fields. */
export async function updateMany<T extends PgTable & { id: PgColumn }>(
  { db, tx }: Within,
  { table, rows }: { table: T; rows: readonly ({ id: number } & Partial<T['$inferInsert']>)[] },
): Promise<void> {
  const given = columnsOf(table, Object.keys(rows[0] ?? {}))
  if (given.length === 0) return
  const changes = list(
    given.filter(({ column }) => column !== table.id),
    ({ field, column }) => sql`${sql.identifier(column.name)} = given.${sql.identifier(field)}`,
  )
  await db.all(
    tx,
    sql`update ${table} set ${changes} from ${source(db, rows, given)} where ${table.id} = given.id`,
  )
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

function source(db: Database, rows: readonly object[], given: readonly FieldColumn[]): SQL {
  return db.rowsOf(
    rows,
    given.map(({ field, column }) => ({ name: field, text: column.dataType === 'string' })),
  )
}

function list<T>(items: readonly T[], part: (item: T) => SQLWrapper): SQL {
  return sql.join(items.map(part), sql`, `)
}
