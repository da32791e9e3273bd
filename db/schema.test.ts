/** The tables that drizzle knows are those that the migrations make: columns, types, null, and primary keys. */
import { SQL } from 'bun'
import { expect, test } from 'bun:test'
import { Database as Connection } from 'bun:sqlite'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getTableConfig as postgresTable, type PgTable } from 'drizzle-orm/pg-core'
import { getTableConfig as sqliteTable, type SQLiteTable } from 'drizzle-orm/sqlite-core'
import { openDatabase } from './open.ts'
import { temporaryPostgres } from './postgres.testing.ts'
import * as postgres from './schema.postgres.ts'
import * as sqlite from './schema.sqlite.ts'

type Tables = Record<string, string[]>

/** Made by the program itself, before any migration. */
const OWN = new Set(['migrations'])

interface Column {
  name: string
  type: string
  notNull: boolean
  primary: boolean
}

const told = ({ name, type, notNull, primary }: Column) =>
  [name, type, ...(notNull ? ['not null'] : []), ...(primary ? ['primary key'] : [])].join(' ')

interface Declared {
  name: string
  columns: readonly { name: string; notNull: boolean; primary: boolean; getSQLType: () => string }[]
  primaryKeys: readonly { columns: readonly { name: string }[] }[]
}

function declaredIn(tables: readonly Declared[]): Tables {
  return Object.fromEntries(
    tables.map(({ name, columns, primaryKeys }) => {
      const keys = new Set(primaryKeys.flatMap((key) => key.columns.map((column) => column.name)))
      const lines = columns.map((column) => {
        const primary = column.primary || keys.has(column.name)
        // What is in a primary key is never null, whether that was said or not.
        const notNull = column.notNull || primary
        return told({ name: column.name, type: column.getSQLType(), notNull, primary })
      })
      return [name, lines.toSorted()]
    }),
  )
}

function grouped(columns: readonly (Column & { table: string })[]): Tables {
  const byTable = Map.groupBy(
    columns.filter(({ table }) => !OWN.has(table)),
    ({ table }) => table,
  )
  return Object.fromEntries([...byTable].map(([table, own]) => [table, own.map(told).toSorted()]))
}

test('on SQLite', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'adstock-schema-'))
  const path = join(folder, 'a.db')
  await (await openDatabase(`file:${path}`)).close()
  using connection = new Connection(path, { readonly: true })
  const rows = connection
    .query<{ table: string; name: string; type: string; notNull: number; pk: number }, []>(
      `select t.name as "table", c.name, lower(c.type) as type, c."notnull" as "notNull", c.pk
       from pragma_table_list as t join pragma_table_info(t.name) as c
       where t.schema = 'main' and t.type = 'table' and t.name not like 'sqlite_%'`,
    )
    .all()
  const made = rows.map(({ pk, notNull, ...column }) => ({
    ...column,
    notNull: notNull === 1 || pk > 0,
    primary: pk > 0,
  }))
  expect(grouped(made)).toEqual(declaredIn(Object.values<SQLiteTable>(sqlite).map(sqliteTable)))
  await rm(folder, { recursive: true })
})

test('on PostgreSQL', async () => {
  const url = await temporaryPostgres()
  await (await openDatabase(url)).close()
  await using sql = new SQL({ url, max: 1 })
  const rows = await sql<{ table: string; name: string; type: string; notNull: boolean; primary: boolean }[]>`
    select c.relname as table, a.attname as name, format_type(a.atttypid, a.atttypmod) as type,
      a.attnotnull as "notNull",
      exists (select 1 from pg_index i where i.indrelid = c.oid and i.indisprimary and a.attnum = any(i.indkey)) as primary
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where n.nspname = current_schema() and c.relkind in ('r', 'p')
      -- A generated column is only searched: no query reads or writes it by its name.
      and a.attgenerated = ''`
  expect(grouped([...rows])).toEqual(declaredIn(Object.values<PgTable>(postgres).map(postgresTable)))
})
