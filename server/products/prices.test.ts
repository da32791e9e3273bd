/** What a product cost when, on both databases and over both transports. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { and, eq } from 'drizzle-orm'
import type { Database } from '#db/database.ts'
import { openDatabase } from '#db/open.ts'
import { temporaryPostgres } from '#db/postgres.testing.ts'
import { startTestServer, temporaryFolder, type TestServer } from '#scripts/lab/harness/test-server.ts'

const DAY_MS = 24 * 3_600_000

describe.each(['SQLite', 'PostgreSQL'])('on %s', (dialect) => {
  const resources = new AsyncDisposableStack()
  let server: TestServer
  let db: Database

  beforeAll(async () => {
    const { path } = resources.use(await temporaryFolder())
    const DATABASE_URL = dialect === 'SQLite' ? `file:${join(path, 'adstock.db')}` : await temporaryPostgres()
    server = resources.use(await startTestServer({ DATABASE_URL }))
    db = resources.adopt(await openDatabase(DATABASE_URL), (each) => each.close())
  })
  afterAll(() => resources.disposeAsync())

  const create = async (sku: string, price: string): Promise<number> =>
    (await server.rest('POST /products', { body: { sku, name: sku, price, stock_level: 5 } })).body.id
  const setPrice = async (id: number, price: string) =>
    await server.rest(`PATCH /products/${id}`, { body: { price } })
  const history = async (id: number, query = '') =>
    (await server.rest(`GET /products/${id}/prices${query}`)).body
  const steps = ({ items }: { items: { previous_price: string; price: string }[] }) =>
    items.map(({ previous_price: before, price }) => `${before} → ${price}`)

  /** As if it had happened so many days ago. */
  const setAge = async (id: number, version: number, days: number) => {
    const { priceChanges } = db.tables
    const isThis = and(eq(priceChanges.productId, id), eq(priceChanges.version, version))
    await db.withTransaction((tx) =>
      tx
        .update(priceChanges)
        .set({ at: Date.now() - days * DAY_MS })
        .where(isThis),
    )
  }
  const recordedFor = async (days: number) => {
    const { settings, products } = db.tables
    const since = Date.now() - days * DAY_MS
    await db.withTransaction(async (tx) => {
      await tx
        .update(settings)
        .set({ value: String(since) })
        .where(eq(settings.name, 'prices: recorded since'))
      await tx.update(products).set({ createdAt: Date.now() - 400 * DAY_MS })
    })
  }

  test('a price that never changed is the lowest itself', async () => {
    const id = await create('NEVER', '5.00')
    await server.rest(`POST /products/${id}/stock-adjustments`, { body: { delta: 1, reason: 'received' } })
    await setPrice(id, '5')
    expect(await history(id)).toMatchObject({
      currency: 'USD',
      items: [],
      next_cursor: null,
      last_reduction: null,
      lowest_30_days: { price: '5.00', whole: true },
    })
  })

  test('each change is told with its version and its author, newest first, in pages, alike over tRPC', async () => {
    const id = await create('MANY', '5.00')
    for (const price of ['6.00', '7.00', '4.50']) await setPrice(id, price)
    const first = await history(id, '?limit=2')
    expect(steps(first)).toEqual(['7.00 → 4.50', '6.00 → 7.00'])
    expect(first.items[0]).toMatchObject({ version: 4, actor: 'anyone', reference: null })
    const rest = await history(id, `?limit=2&cursor=${first.next_cursor}`)
    expect(steps(rest)).toEqual(['5.00 → 6.00'])
    expect(rest.next_cursor).toBeNull()
    expect(await server.client.products.prices.query({ id, limit: 2 })).toMatchObject({ items: first.items })
  })

  test('an import and its undoing are named; what direct SQL does has no author', async () => {
    const id = await create('IMPORTED', '5.00')
    const answer = await fetch(`${server.url}/v1/products/import`, {
      method: 'POST',
      headers: { 'content-type': 'text/csv' },
      body: 'sku,price\nIMPORTED,9.00\n',
    })
    const { import_id: importId } = (await answer.json()) as { import_id: number }
    expect((await history(id)).items[0]).toMatchObject({ price: '9.00', reference: `import ${importId}` })
    await server.client.products.undoImport.mutate({ id: importId })
    expect((await history(id)).items[0]).toMatchObject({
      price: '5.00',
      reference: `undo of import ${importId}`,
    })
    const { products } = db.tables
    for (const priceMinor of [700, 300])
      await db.withTransaction((tx) => tx.update(products).set({ priceMinor }).where(eq(products.id, id)))
    const [newest] = (await history(id)).items
    expect(newest).toMatchObject({ price: '3.00' })
  })

  test('the lowest of 30 days is one that was in force then, and that before a reduction leaves the new price out', async () => {
    const id = await create('LOWEST', '2.00')
    for (const price of ['9.00', '8.00', '12.00', '6.00']) await setPrice(id, price)
    // 2.00 ended 50 days ago, 9.00 held until 20 days ago, 8.00 until 10, 12.00 until 5.
    for (const [index, days] of [50, 20, 10, 5].entries()) await setAge(id, index + 2, days)
    await recordedFor(300)
    expect(await history(id)).toMatchObject({
      lowest_30_days: { price: '6.00', whole: true },
      last_reduction: {
        price: '6.00',
        previous_price: '12.00',
        lowest_30_days: { price: '8.00', whole: true },
      },
    })
    await setPrice(id, '20.00')
    await setAge(id, 5, 45)
    await setAge(id, 6, 40)
    expect(await history(id)).toMatchObject({ lowest_30_days: { price: '8.00' } })
  })

  test('where prices are recorded for less than 30 days, the answer says since when', async () => {
    const id = await create('RECENT', '3.00')
    await setPrice(id, '4.00')
    await recordedFor(3)
    const { recorded_since: since, lowest_30_days: lowest } = await history(id)
    expect(lowest).toMatchObject({ price: '3.00', whole: false, since })
    expect(Date.now() - Date.parse(since)).toBeGreaterThan(2 * DAY_MS)
  })

  test('a product that is not there has no prices', async () => {
    expect((await server.rest('GET /products/999999/prices')).body.code).toBe('PRODUCT_NOT_FOUND')
  })
})
