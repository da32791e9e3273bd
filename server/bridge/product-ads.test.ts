/** A product beside its ads, date by date and in sums, on both databases. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { eq } from 'drizzle-orm'
import type { Database } from '#db/database.ts'
import { openDatabase } from '#db/open.ts'
import { temporaryPostgres } from '#db/postgres.testing.ts'
import { startTestServer, temporaryFolder, type TestServer } from '#scripts/lab/harness/test-server.ts'
import { until } from '#scripts/lab/harness/until.ts'
import { addDays, dateIn, startOfDate } from '#server/ads/calendar.ts'

/** In the lower case of reports, under two item ids that are one product's; the third one is another's. */
const SOURCE = `export async function fetchData(date, { report }) {
  const row = (product_item_id, cost_micros) =>
    ({ campaign_id: 1, ad_group_id: 2, product_item_id, clicks: 5, impressions: 9, cost_micros, conversions: 0.5, conversions_value: 3 })
  return [row('lamp', 1000000), row('gla_1', 500000), row('other', 7)]
}`

describe.each(['SQLite', 'PostgreSQL'])('on %s', (dialect) => {
  const resources = new AsyncDisposableStack()
  const yesterday = addDays(dateIn('UTC', Date.now()), -1)
  let server: TestServer
  let db: Database
  let lamp: number
  let other: number

  beforeAll(async () => {
    const { path } = resources.use(await temporaryFolder())
    const source = join(path, 'source.mjs')
    writeFileSync(source, SOURCE)
    const DATABASE_URL = dialect === 'SQLite' ? `file:${join(path, 'adstock.db')}` : await temporaryPostgres()
    const env = {
      DATABASE_URL,
      ADS_SOURCE: source,
      ADS_REPORTS: 'product',
      ADS_ITEM_ID_RULES: 'gla_{id}',
    }
    server = resources.use(await startTestServer(env))
    db = resources.adopt(await openDatabase(DATABASE_URL), (each) => each.close())
    lamp = await created('LAMP', 4)
    other = await created('OTHER', 1)
    await created('QUIET', 1)
    await fetchAds(addDays(yesterday, -7), yesterday)
  })
  afterAll(() => resources.disposeAsync())

  const created = async (sku: string, stock_level: number): Promise<number> =>
    (await server.rest('POST /products', { body: { sku, name: sku, price: '1.00', stock_level } })).body.id

  async function fetchAds(from: string, to: string) {
    const { body } = await server.rest('POST /ads/runs', { body: { from, to } })
    const isOver = async () => (await server.rest(`GET /ads/runs/${body.id}`)).body.finished_at !== null
    await until('the run is over', isOver)
  }

  /** Entries of the lamp's ledger, as if they had been written then. */
  async function ledger(entries: readonly (readonly [at: number, level: number])[]) {
    const { stockAdjustments, stockOuts } = db.tables
    await db.withTransaction(async (tx) => {
      await tx.delete(stockAdjustments).where(eq(stockAdjustments.productId, lamp))
      await tx.delete(stockOuts).where(eq(stockOuts.productId, lamp))
      let before = 0
      for (const [createdAt, level] of entries) {
        const entry = { productId: lamp, delta: level - before, stockLevelAfter: level, actor: 'test' }
        await tx.insert(stockAdjustments).values({ ...entry, createdAt, reason: 'set' })
        before = level
      }
    })
  }

  const days = async (query = '') => (await server.rest(`GET /products/${lamp}/days${query}`)).body

  test('each date has the stock at its end, and the cost of all of the product’s item ids', async () => {
    const noon = startOfDate('UTC', addDays(yesterday, -2)) + 12 * 3_600_000
    const date = addDays(yesterday, -2)
    await ledger([
      [noon - 5 * 86_400_000, 9],
      [noon - 1000, 5],
      [noon, 0],
      [noon + 86_400_000, 3],
    ])
    const answer = await days('?days=9')
    expect(answer.days).toHaveLength(9)
    expect(answer.days.map((day: { stock_level: number }) => day.stock_level)).toEqual([
      null,
      9,
      9,
      9,
      9,
      9,
      0,
      3,
      3,
    ])
    expect(answer.days.at(-3)).toEqual({
      date,
      stock_level: 0,
      has_ads_figures: true,
      ads: [{ currency: '', cost_micros: '1500000', clicks: 10, conversions: 1, conversions_value: 6 }],
    })
    expect(answer.days[0]).toMatchObject({ has_ads_figures: false, ads: [] })
    expect(answer.state).toBe('unknown')
    expect(answer.item_ids.toSorted()).toEqual(['gla_1', 'lamp'])
    expect(answer.out_of_stock).toEqual([
      { from: new Date(noon).toISOString(), until: new Date(noon + 86_400_000).toISOString() },
    ])
  })

  test('a stock-out that lasts has no end, and a level from before the range is the first one', async () => {
    const id = await created('LASTING', 0)
    const { stockAdjustments, stockOuts } = db.tables
    const at = Date.now() - 40 * 86_400_000
    await db.withTransaction(async (tx) => {
      await tx.update(stockAdjustments).set({ createdAt: at }).where(eq(stockAdjustments.productId, id))
      await tx.update(stockOuts).set({ fromAt: at }).where(eq(stockOuts.productId, id))
    })
    const { body } = await server.rest(`GET /products/${id}/days?days=3`)
    expect(body.days.map((day: { stock_level: number }) => day.stock_level)).toEqual([0, 0, 0])
    expect(body.out_of_stock).toEqual([{ from: new Date(at).toISOString(), until: null }])
  })

  test('sums of 7 and 30 dates come for many products at once, with those that have no ads', async () => {
    const { body } = await server.rest(`GET /products/ads-figures?ids=${lamp},${other},3`)
    expect(body.items).toMatchObject([
      {
        product_id: lamp,
        last_7_days: [{ cost_micros: '10500000', clicks: 70, conversions: 7, conversions_value: 42 }],
        last_30_days: [{ cost_micros: '12000000', clicks: 80 }],
      },
      { product_id: other, last_7_days: [{ cost_micros: '49', clicks: 35 }], days_of_cover: 2 },
      { product_id: 3, last_7_days: [], last_30_days: [], days_of_cover: null },
    ])
    expect(await server.client.products.adsFigures.query({ ids: String(other) })).toMatchObject({
      items: [body.items[1]],
    })
  })

  test('lists, counts, pages and exports are narrowed to what is advertised, or to what is not', async () => {
    const skus = async (query: string) =>
      (await server.rest(`GET /products?${query}`)).body.items.map(({ sku }: { sku: string }) => sku)
    expect(await skus('advertised=true')).toEqual(['LAMP', 'OTHER'])
    expect(await skus('advertised=false&in_stock=true')).toEqual(['QUIET'])
    const { body } = await server.rest('GET /products?advertised=true&limit=1&count=exact')
    expect(body.total).toEqual({ value: 2, precision: 'exact' })
    expect(await skus(`advertised=true&limit=1&cursor=${body.next_cursor}`)).toEqual(['OTHER'])
    expect((await server.rest('GET /products/search?q=quiet&advertised=true')).body.items).toEqual([])
    const csv = await (await fetch(`${server.url}/v1/products.csv?advertised=true`)).text()
    expect(csv.trim().split('\n')).toHaveLength(3)
  })

  test('what is advertised follows the item ids of products', async () => {
    const isAdvertised = async () => (await server.rest('GET /products?advertised=true')).body.items.length
    expect(await isAdvertised()).toBe(2)
    await server.rest('POST /ads/item-id-rules', { body: { rules: [] } })
    await server.rest(`PATCH /products/${other}`, { body: { ads_item_id: 'elsewhere' } })
    expect(await isAdvertised()).toBe(1)
  })

  test('what is no list of ids, and a product that is not there, is refused', async () => {
    expect((await server.rest('GET /products/ads-figures?ids=1,x')).body.code).toBe('INVALID_INPUT')
    expect((await server.rest('GET /products/999999/days')).body.code).toBe('PRODUCT_NOT_FOUND')
  })
})
