/** What a database was given under an older schema is all there, and found, under the newest one. */
import { SQL } from 'bun'
import { Database as Connection } from 'bun:sqlite'
import { expect, test } from 'bun:test'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Database } from './database.ts'
import { migrationsOf } from './migrate.ts'
import { openDatabase } from './open.ts'
import { temporaryPostgres } from './postgres.testing.ts'

type Execute = (statements: string) => Promise<unknown>

const PRODUCTS = `insert into products (sku, name, words, price_minor, stock_level, version, created_at, updated_at) values
  ('A', 'Leather Belt', 'leather belt', 2130, 5, 3, 1, 2), (null, 'Zebra', 'zebra', 0, 0, 1, 1, 1)`

/** As the version of that time would have left it: one that knew the table of words entered them itself. */
async function writeWith(dialect: 'sqlite' | 'postgres', count: number, execute: Execute): Promise<void> {
  await execute('create table migrations (name text primary key, sha256 text not null)')
  const migrations = (await migrationsOf(dialect)).slice(0, count)
  for (const { name, sha256, statements } of migrations) {
    await execute(statements)
    await execute(`insert into migrations (name, sha256) values ('${name}', '${sha256}')`)
  }
  await execute(PRODUCTS)
  if (migrations.some(({ name }) => name.endsWith('_words')))
    await execute("insert into words (word) values ('leather'), ('belt'), ('zebra')")
}

async function expectAllThere(url: string): Promise<void> {
  const db = await openDatabase(url)
  try {
    const { products, changes, words } = db.tables
    const rows = await db.reader.select().from(products).orderBy(products.id)
    expect(rows).toMatchObject([
      { id: 1, sku: 'A', name: 'Leather Belt', priceMinor: 2130, stockLevel: 5, version: 3 },
      { id: 2, sku: null, name: 'Zebra' },
    ])
    expect(await db.reader.select({ seq: changes.seq, id: changes.productId }).from(changes)).toEqual([
      { seq: 1, id: 1 },
      { seq: 2, id: 2 },
    ])
    const known = await db.reader.select().from(words)
    expect(known.map(({ word }) => word).toSorted()).toEqual(['belt', 'leather', 'zebra'])
  } finally {
    await db.close()
  }
}

for (let count = 1; count < (await migrationsOf('sqlite')).length; count += 1)
  test(`SQLite: from ${count} migrations to all`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'adstock-migrate-'))
    const path = join(folder, 'a.db')
    const connection = new Connection(path, { create: true })
    const execute: Execute = async (statements) => connection.run(statements)
    await writeWith('sqlite', count, execute)
    connection.close()
    await expectAllThere(`file:${path}`)
    await rm(folder, { recursive: true })
  })

for (let count = 1; count < (await migrationsOf('postgres')).length; count += 1)
  test(`PostgreSQL: from ${count} migrations to all, beside a session that goes on writing as before`, async () => {
    const url = await temporaryPostgres()
    await using sql = new SQL({ url, max: 1 })
    const execute: Execute = async (statements) => await sql.unsafe(statements).simple()
    await writeWith('postgres', count, execute)
    await expectAllThere(url)
    const [row] = await sql<{ version: string }[]>`
      update products set stock_level = stock_level - 1, version = version + 1 where sku = 'A' returning version`
    expect(Number(row?.version)).toBe(4)
  })

test('PostgreSQL: a migration that cannot have a lock gives way, and is done when it can', async () => {
  const url = await temporaryPostgres()
  await using sql = new SQL({ url, max: 1 })
  await writeWith('postgres', 1, async (statements) => await sql.unsafe(statements).simple())
  const refused = Promise.withResolvers<unknown>()
  let opening: Promise<Database> | undefined
  // As long as somebody reads, an index cannot be changed; and whoever would read next waits behind who wants to change it.
  await sql.begin(async (reader) => {
    await reader`select id from products`
    opening = openDatabase(url, refused.resolve)
    expect(await refused.promise).toMatchObject({ errno: '55P03' })
  })
  const db = await opening
  await db?.close()
  await expectAllThere(url)
})
