import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { Database as Connection } from 'bun:sqlite'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eq } from 'drizzle-orm'
import type { Database } from './database.ts'
import { pendingMigrations } from './migrate.ts'
import { openDatabase } from './open.ts'
import { sampleProduct, SAMPLE_SIZE } from './sample-catalogue.ts'
import { seed } from './seed.ts'

let folder: string
let path: string
let db: Database

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'adstock-db-'))
  path = join(folder, 'sub', 'adstock.db')
  db = await openDatabase(`file:${path}`)
})

afterEach(async () => {
  await db.close()
  await rm(folder, { recursive: true })
})

const belt = {
  sku: 'B1',
  name: 'Belt',
  priceMinor: 2130,
  stockLevel: 5,
  version: 1,
  createdAt: 1,
  updatedAt: 1,
}

describe('withTransaction', () => {
  test('rolls back what an async callback wrote before it threw', async () => {
    const { products } = db.tables
    const failing = db.withTransaction(async (tx) => {
      await tx.insert(products).values(belt)
      await Bun.sleep(1)
      throw new Error('after the write')
    })
    await expect(failing).rejects.toThrow('after the write')
    expect(await db.reader.$count(products)).toBe(0)
  })

  test('a reader sees nothing of a transaction before its commit, and all of it after', async () => {
    const { products } = db.tables
    await db.withTransaction(async (tx) => {
      await tx.insert(products).values(belt)
      expect(await db.reader.$count(products)).toBe(0)
    })
    expect(await db.reader.$count(products)).toBe(1)
  })

  test('read-modify-write by many at once loses no update', async () => {
    const { products } = db.tables
    const [{ id } = { id: 0 }] = await db.withTransaction((tx) =>
      tx.insert(products).values(belt).returning(),
    )
    const increment = () =>
      db.withTransaction(async (tx) => {
        const [row] = await tx.select().from(products).where(eq(products.id, id))
        await Bun.sleep(0)
        await tx
          .update(products)
          .set({ stockLevel: (row?.stockLevel ?? 0) + 1 })
          .where(eq(products.id, id))
      })
    await Promise.all(Array.from({ length: 50 }, increment))
    expect(await db.reader.select().from(products)).toMatchObject([{ stockLevel: 55 }])
  })

  test('waits for another process that is writing, without stopping the event loop', async () => {
    const { products } = db.tables
    const other = new Connection(path)
    other.run('begin immediate')
    const waiting = db.withTransaction((tx) => tx.insert(products).values(belt))
    const first = await Promise.race([waiting.then(() => 'written'), Bun.sleep(30).then(() => 'waiting')])
    expect(first).toBe('waiting')
    other.run('commit')
    other.close()
    await waiting
    expect(await db.reader.$count(products)).toBe(1)
  })
})

test('the database itself refuses a negative stock and a second product with the same SKU', async () => {
  const { products } = db.tables
  const insert = (row: typeof belt) => db.withTransaction((tx) => tx.insert(products).values(row))
  await expect(insert({ ...belt, stockLevel: -1 })).rejects.toThrow('CHECK')
  await insert(belt)
  const again = await insert(belt).catch((error: unknown) => error)
  expect(db.isUniqueViolation(again)).toBe(true)
})

test('the id of a deleted product is never given to another', async () => {
  const { products } = db.tables
  const insert = async (sku: string) =>
    (
      await db.withTransaction((tx) =>
        tx
          .insert(products)
          .values({ ...belt, sku })
          .returning(),
      )
    )[0]?.id
  const first = await insert('a')
  await db.withTransaction((tx) => tx.delete(products).where(eq(products.sku, 'a')))
  expect(await insert('b')).toBeGreaterThan(first ?? Infinity)
})

describe('migrations', () => {
  test('two that open a new file at once both find it migrated', async () => {
    const fresh = `file:${join(folder, 'fresh.db')}`
    const opened = await Promise.all([openDatabase(fresh), openDatabase(fresh)])
    for (const one of opened) expect(await one.reader.$count(one.tables.products)).toBe(0)
    await Promise.all(opened.map((one) => one.close()))
  })

  test('one that was changed after it was applied, or is unknown, stops the start', () => {
    const migration = { name: '0001_a', sha256: 'x', statements: '' }
    expect(pendingMigrations([migration], [])).toEqual([migration])
    expect(pendingMigrations([migration], [migration])).toEqual([])
    expect(() => pendingMigrations([migration], [{ name: '0001_a', sha256: 'y' }])).toThrow('changed')
    expect(() => pendingMigrations([], [migration])).toThrow('newer version')
  })
})

test('the sample catalogue is the same every time, and seeding it twice changes nothing', async () => {
  const { products } = db.tables
  await seed(db, { count: SAMPLE_SIZE, decimals: 2, now: 1 })
  const before = await db.reader.select().from(products)
  await seed(db, { count: SAMPLE_SIZE, decimals: 2, now: 2 })
  expect(await db.reader.select().from(products)).toEqual(before)
  expect(before).toHaveLength(SAMPLE_SIZE)
  expect(before[0]).toMatchObject({ sku: sampleProduct(0).sku, name: sampleProduct(0).name })
  expect(before.some(({ stockLevel }) => stockLevel === 0)).toBe(true)
})
