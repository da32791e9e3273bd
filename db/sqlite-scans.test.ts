import { afterAll, beforeAll, expect, test } from 'bun:test'
import { sql } from 'drizzle-orm'
import { temporaryFolder } from '#scripts/lab/harness/test-server.ts'
import type { Database } from './database.ts'
import { openDatabase } from './open.ts'

const resources = new AsyncDisposableStack()
let folder: string
let db: Database

beforeAll(async () => {
  folder = resources.use(await temporaryFolder()).path
  db = resources.adopt(await openDatabase(`file:${folder}/scans.db`), (each) => each.close())
})
afterAll(() => resources.disposeAsync())

const settings = () => db.tables.settings
const write = (name: string) =>
  db.withTransaction(async (tx) => void (await tx.insert(settings()).values({ name, value: '' })))

const slowly = async ({ scanner }: Database) =>
  await scanner
    .select({ n: sql<number>`count(*)` })
    .from(
      sql`(with recursive c(i) as (select 1 union all select i + 1 from c where i < 3000000) select i from c)`,
    )

test('while a scan runs, others read and write', async () => {
  let isDone = false
  const before = await db.reader.$count(settings())
  const scan = slowly(db).then((rows) => {
    isDone = true
    return rows
  })
  await write('meanwhile')
  expect(await db.reader.$count(settings())).toBe(before + 1)
  expect(isDone).toBe(false)
  expect(await scan).toEqual([{ n: 3_000_000 }])
})

test('a scan that begins after a commit sees it', async () => {
  for (let round = 0; round < 100; round += 1) {
    const before = await db.scanner.$count(settings())
    await write(`${round}`)
    expect(await db.scanner.$count(settings())).toBe(before + 1)
  }
})

test('what the database refuses fails alone', async () => {
  const refused = db.scanner.select({ n: sql`no_such_function()` }).from(settings())
  await expect((async () => await refused)()).rejects.toThrow()
  expect(await db.scanner.select().from(settings()).limit(1)).toHaveLength(1)
})

test('more scans than may wait are refused at once, and the rest are answered', async () => {
  const scans = Array.from({ length: 250 }, () =>
    db.scanner.$count(settings()).catch((error: unknown) => error),
  )
  const results = await Promise.all(scans)
  const refused = results.filter((result) => typeof result !== 'number')
  expect(refused.length).toBeGreaterThan(0)
  expect(refused.length).toBeLessThan(60)
  expect(refused.every((error) => db.isUnavailable(error))).toBe(true)
})

test('closing the database waits for no more than the scan under way, and the others are told', async () => {
  const other = await openDatabase(`file:${folder}/closed.db`)
  const scans = Array.from({ length: 4 }, () => slowly(other).catch((error: unknown) => error))
  await other.close()
  const results = await Promise.all(scans)
  expect(results.slice(1).map((result) => other.isUnavailable(result))).toEqual([true, true, true])
})
