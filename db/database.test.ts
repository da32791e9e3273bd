/** What every dialect promises, and then what only SQLite has to. */
import { SQL } from 'bun'
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { Database as Connection } from 'bun:sqlite'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eq, sql } from 'drizzle-orm'
import type { Database } from './database.ts'
import { pendingMigrations } from './migrate.ts'
import { openDatabase } from './open.ts'
import { temporaryPostgres } from './postgres.testing.ts'
import { sampleProduct, SAMPLE_SIZE } from './sample-catalogue.ts'
import { seed } from './seed.ts'

let folder: string
let files = 0

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'adstock-db-'))
})
afterAll(() => rm(folder, { recursive: true }))

const urls = {
  SQLite: async () => `file:${join(folder, 'sub', `${++files}.db`)}`,
  PostgreSQL: temporaryPostgres,
}
const belt = {
  name: 'Belt',
  words: 'belt',
  priceMinor: 2130,
  stockLevel: 5,
  version: 1,
  createdAt: 1,
  updatedAt: 1,
}

describe.each(['SQLite', 'PostgreSQL'] as const)('%s', (dialect) => {
  let db: Database
  beforeAll(async () => {
    db = await openDatabase(await urls[dialect]())
  })
  afterAll(() => db.close())

  const insert = async (sku: string, more: Partial<typeof belt> = {}) => {
    const [row] = await db.withTransaction((tx) =>
      tx
        .insert(db.tables.products)
        .values({ ...belt, ...more, sku })
        .returning(),
    )
    return row?.id ?? 0
  }
  const bySku = (sku: string) =>
    db.reader.select().from(db.tables.products).where(eq(db.tables.products.sku, sku))

  test('a name is held by one at a time, until it is given back', async () => {
    const first = await db.acquireLease('a name')
    expect(first).toBeDefined()
    const second = await db.acquireLease('a name')
    expect(second).toBeUndefined()
    const other = await db.acquireLease('another name')
    expect(other).toBeDefined()
    await first?.[Symbol.asyncDispose]()
    const again = await db.acquireLease('a name')
    expect(again).toBeDefined()
    for (const held of [other, again]) await held?.[Symbol.asyncDispose]()
  })

  test('a transaction rolls back what an async callback wrote before it threw', async () => {
    const failing = db.withTransaction(async (tx) => {
      await tx.insert(db.tables.products).values({ ...belt, sku: 'gone' })
      await Bun.sleep(1)
      throw new Error('after the write')
    })
    await expect(failing).rejects.toThrow('after the write')
    expect(await bySku('gone')).toEqual([])
  })

  test('a reader sees nothing of a transaction before its commit, and all of it after', async () => {
    await db.withTransaction(async (tx) => {
      await tx.insert(db.tables.products).values({ ...belt, sku: 'seen' })
      expect(await bySku('seen')).toEqual([])
    })
    expect(await bySku('seen')).toMatchObject([belt])
  })

  test('read-modify-write by many at once loses no update', async () => {
    const { products } = db.tables
    const id = await insert('counter', { stockLevel: 0 })
    const increment = () =>
      db.withTransaction(async (tx) => {
        const [row] = await db.forUpdate(tx.select().from(products).where(eq(products.id, id)))
        await Bun.sleep(0)
        const stockLevel = (row?.stockLevel ?? 0) + 1
        await tx.update(products).set({ stockLevel }).where(eq(products.id, id))
      })
    await Promise.all(Array.from({ length: 50 }, increment))
    expect(await bySku('counter')).toMatchObject([{ stockLevel: 50 }])
  })

  test('the database itself refuses a negative stock, a negative price and the same SKU twice', async () => {
    await insert('once')
    expect(db.uniqueViolation(await insert('once').catch((error: unknown) => error))).toContain('sku')
    for (const wrong of [{ stockLevel: -1 }, { priceMinor: -1 }]) {
      const error = await insert('wrong', wrong).catch((reason: unknown) => reason)
      expect(error).toBeInstanceOf(Error)
      expect(db.uniqueViolation(error)).toBeUndefined()
    }
    expect(await bySku('wrong')).toEqual([])
  })

  test('the id of a deleted product is never given to another', async () => {
    const first = await insert('first')
    await db.withTransaction((tx) => tx.delete(db.tables.products).where(eq(db.tables.products.id, first)))
    expect(await insert('second')).toBeGreaterThan(first)
  })

  test('several that open a new database at once all find it migrated', async () => {
    const url = await urls[dialect]()
    const opened = await Promise.all([openDatabase(url), openDatabase(url), openDatabase(url)])
    for (const one of opened) expect(await one.reader.$count(one.tables.products)).toBe(0)
    await Promise.all(opened.map((one) => one.close()))
  })

  test('the sample catalogue is the same every time, and seeding it twice changes nothing', async () => {
    const fresh = await openDatabase(await urls[dialect]())
    const { products } = fresh.tables
    await seed(fresh, { count: SAMPLE_SIZE, decimals: 2, now: 1 })
    const before = await fresh.reader.select().from(products).orderBy(products.id)
    await seed(fresh, { count: SAMPLE_SIZE, decimals: 2, now: 2 })
    expect(await fresh.reader.select().from(products).orderBy(products.id)).toEqual(before)
    expect(before).toHaveLength(SAMPLE_SIZE)
    expect(before[0]).toMatchObject({ sku: sampleProduct(0).sku, name: sampleProduct(0).name })
    expect(before.some(({ stockLevel }) => stockLevel === 0)).toBe(true)
    await fresh.close()
  })
})

test('SQLite waits for another process that is writing, without stopping the event loop', async () => {
  const url = await urls.SQLite()
  await using resources = new AsyncDisposableStack()
  const db = resources.adopt(await openDatabase(url), (database) => database.close())
  const other = new Connection(url.slice('file:'.length))
  other.run('begin immediate')
  const waiting = db.withTransaction((tx) => tx.insert(db.tables.products).values(belt))
  const first = await Promise.race([waiting.then(() => 'written'), Bun.sleep(30).then(() => 'waiting')])
  expect(first).toBe('waiting')
  other.run('commit')
  other.close()
  await waiting
  expect(await db.reader.$count(db.tables.products)).toBe(1)
})

test('a transaction that is given up while its connection breaks tells that the database is away', async () => {
  const url = await temporaryPostgres()
  await using admin = new SQL(url)
  const db = await openDatabase(url)
  const failing = db.withTransaction(async (tx) => {
    const [session] = await db.all(tx, sql`select pg_backend_pid() as pid`)
    await admin`select pg_terminate_backend(${session?.['pid']})`
    throw new Error('refused')
  })
  const error: unknown = await failing.catch((reason: unknown) => reason)
  expect(db.isUnavailable(error)).toBe(true)
  await db.close()
})

test('a migration that was changed after it was applied, or is unknown, stops the start', () => {
  const migration = { name: '0001_a', sha256: 'x', statements: '' }
  expect(pendingMigrations([migration], [])).toEqual([migration])
  expect(pendingMigrations([migration], [migration])).toEqual([])
  expect(() => pendingMigrations([migration], [{ name: '0001_a', sha256: 'y' }])).toThrow('changed')
  expect(() => pendingMigrations([], [migration])).toThrow('newer version')
})
