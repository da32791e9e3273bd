/** Days of cover over both transports: from the ledger, from the ads, or from neither. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { eq } from 'drizzle-orm'
import type { Database } from '#db/database.ts'
import { openDatabase } from '#db/open.ts'
import { temporaryPostgres } from '#db/postgres.testing.ts'
import { startTestServer, temporaryFolder, type TestServer } from '#scripts/lab/harness/test-server.ts'
import { until } from '#scripts/lab/harness/until.ts'
import { addDays, dateIn } from '#server/ads/calendar.ts'

const DAY_MS = 24 * 3_600_000
/** In the lower case of reports. `ad-only` converts twice a day, `sold` never. */
const SOURCE = `export async function fetchData(date, { report }) {
  const row = (product_item_id, cost_micros, conversions) =>
    ({ campaign_id: 1, ad_group_id: 2, product_item_id, clicks: 5, impressions: 9, cost_micros, conversions })
  return [row('sold', 40000000, 0), row('ad-only', 1000000, 2), row('both', 7, 50), row('nowhere', 3, 9)]
}`

describe.each(['SQLite', 'PostgreSQL'])('on %s', (dialect) => {
  const resources = new AsyncDisposableStack()
  let server: TestServer
  let db: Database

  beforeAll(async () => {
    const { path } = resources.use(await temporaryFolder())
    const source = join(path, 'source.mjs')
    writeFileSync(source, SOURCE)
    const DATABASE_URL = dialect === 'SQLite' ? `file:${join(path, 'adstock.db')}` : await temporaryPostgres()
    const env = { DATABASE_URL, ADS_SOURCE: source, ADS_REPORTS: 'product' }
    server = resources.use(await startTestServer(env))
    db = resources.adopt(await openDatabase(DATABASE_URL), (each) => each.close())
    for (const [sku, stock, more] of [
      ['SOLD', 10_000, {}],
      ['SLOW', 10_000, {}],
      ['OTHER', 1000, { ads_item_id: 'Ad-Only' }],
      ['BOTH', 10_000, {}],
      ['EMPTY', 10_000, {}],
      ['QUIET', 10_000, {}],
      ['RETURNED', 10_000, {}],
    ] as const)
      await created(sku, stock, more)
    await setAge(40)
    // 60 in 28 days, 40 of them in the last 7; then 20 are left.
    await sell(
      'SOLD',
      Array.from({ length: 20 }, () => [1, 20]),
    )
    await sell(
      'SOLD',
      Array.from({ length: 40 }, () => [1, 2]),
    )
    await stockOf('SOLD', 20)
    await sell('SLOW', [[56, 10]])
    await stockOf('SLOW', 4)
    await sell('BOTH', [[28, 27]])
    await stockOf('BOTH', 10)
    await sell('EMPTY', [[28, 3]])
    await stockOf('EMPTY', 0)
    await sell('QUIET', [[500, 29]])
    await stockOf('QUIET', 1)
    await sell('RETURNED', [[5, 3]])
    await server.client.products.adjustStock.mutate({
      id: await idOf('RETURNED'),
      delta: 5,
      reason: 'returned',
    })
  })
  afterAll(() => resources.disposeAsync())

  const idOf = async (sku: string) => (await server.client.products.getBySku.query({ sku })).id

  async function created(sku: string, stock: number, more: object) {
    const body = { sku, name: sku, price: '21.30', stock_level: stock, ...more }
    expect((await server.rest('POST /products', { body })).status).toBe(201)
  }

  async function setAge(days: number) {
    const { products } = db.tables
    await db.withTransaction((tx) => tx.update(products).set({ createdAt: Date.now() - days * DAY_MS }))
  }

  /** @param sales of so many pieces, so many days ago */
  async function sell(sku: string, sales: readonly (readonly number[])[]) {
    const id = await idOf(sku)
    const { stockAdjustments } = db.tables
    for (const [pieces = 0, daysAgo = 0] of sales) {
      const sold = { id, delta: -pieces, reason: 'sold' } as const
      const { adjustment } = await server.client.products.adjustStock.mutate(sold)
      const createdAt = Date.now() - daysAgo * DAY_MS
      const isThis = eq(stockAdjustments.id, adjustment.id)
      await db.withTransaction((tx) => tx.update(stockAdjustments).set({ createdAt }).where(isThis))
    }
  }

  const stockOf = async (sku: string, stock_level: number) =>
    await server.rest(`PATCH /products/${await idOf(sku)}`, { body: { stock_level } })

  const listed = async (query = '') => (await server.rest(`GET /products/running-out${query}`)).body
  const skus = (list: { items: { product: { sku: string } }[] }) =>
    list.items.map(({ product }) => product.sku)

  async function fetchAds(days: number) {
    const to = addDays(dateIn('UTC', Date.now()), -1)
    const { body } = await server.rest('POST /ads/runs', { body: { from: addDays(to, 1 - days), to } })
    const isOver = async () => (await server.rest(`GET /ads/runs/${body.id}`)).body.finished_at !== null
    await until('the run is over', isOver)
  }

  test('before any ads are fetched, the ledger tells alone', async () => {
    const list = await listed('?within=60d')
    expect(skus(list)).toEqual(['SLOW', 'SOLD', 'BOTH'])
    expect(list).toMatchObject({ source: 'module', within_days: 60, total: 3, next_cursor: null })
    expect(list.ads.days_fetched).toBe(0)
    expect(list.items[0]).toMatchObject({
      rate_per_day: 2,
      method: 'ledger',
      window_days: 28,
      events: 1,
      confidence: 'low',
      days_of_cover: 2,
      days_of_cover_range: { from: 0.5, to: null },
      runs_out_on: addDays(dateIn('UTC', Date.now()), 2),
      ads_spend_per_day: [],
    })
    expect(list.items[1]).toMatchObject({
      window_days: 7,
      events: 40,
      confidence: 'high',
      days_of_cover: 3.5,
    })
  })

  test('the ads tell of what the ledger has no sale of, by the dates that are fetched', async () => {
    await fetchAds(14)
    const list = await listed('?within=365d')
    expect(skus(list)).toEqual(['SLOW', 'SOLD', 'BOTH'])
    await stockOf('OTHER', 100)
    const other = (await listed('?within=60d')).items.at(-1)
    expect(other).toMatchObject({
      product: { sku: 'OTHER', ads_item_id: 'Ad-Only' },
      method: 'ads',
      rate_per_day: 2,
      days_counted: 7,
      events: 14,
      confidence: 'medium',
      days_of_cover: 50,
      ads_spend_per_day: [{ currency: '', cost_micros: '1000000' }],
    })
    expect(skus(await listed())).toEqual(['SLOW', 'SOLD', 'BOTH'])
    const sold = (await listed()).items[1]
    expect(sold.ads_spend_per_day).toEqual([{ currency: '', cost_micros: '40000000' }])
  })

  test('a page leads to the next one, over either transport', async () => {
    const walked: (string | null)[] = []
    let cursor: string | undefined
    do {
      const page = await server.client.products.runningOut.query({ within: '60d', limit: 1, cursor })
      walked.push(...page.items.map(({ product }) => product.sku))
      expect(page.total).toBe(4)
      cursor = page.next_cursor ?? undefined
    } while (cursor !== undefined)
    expect(walked).toEqual(['SLOW', 'SOLD', 'BOTH', 'OTHER'])
  })

  test('one product has a row of its own, also where nothing can be said', async () => {
    const quiet = await server.rest(`GET /products/${await idOf('QUIET')}/cover`)
    expect(quiet.body).toMatchObject({
      method: 'none',
      rate_per_day: 0,
      days_of_cover: null,
      days_of_cover_range: null,
      runs_out_on: null,
    })
    const returned = await server.client.products.cover.query({ id: await idOf('RETURNED') })
    expect(returned).toMatchObject({ method: 'ledger', events: 1, rate_per_day: 0, days_of_cover: null })
    const empty = await server.client.products.cover.query({ id: await idOf('EMPTY') })
    expect(empty).toMatchObject({ method: 'ledger', rate_per_day: 1, days_of_cover: 0 })
    expect((await server.rest('GET /products/999999/cover')).body.code).toBe('PRODUCT_NOT_FOUND')
  })

  test('a product that is younger than the window is measured by its age', async () => {
    await setAge(14)
    const slow = await server.client.products.cover.query({ id: await idOf('SLOW') })
    expect(slow.days_counted).toBeGreaterThan(13.9)
    expect(slow.days_counted).toBeLessThanOrEqual(14)
    expect(slow.rate_per_day).toBeCloseTo(4, 1)
    expect(skus(await listed('?within=2d'))).toEqual(['SLOW'])
  })

  test('what is no length of time, and a cursor of another list, are refused', async () => {
    for (const within of ['0d', '366d', '14', '2w', '-1d']) {
      const { status, body } = await server.rest(`GET /products/running-out?within=${within}`)
      expect([status, body.errors[0].pointer]).toEqual([422, '/within'])
    }
    const { next_cursor } = await listed('?within=60d&limit=1')
    const wrong = await server.rest(`GET /products/running-out?within=61d&cursor=${next_cursor}`)
    expect([wrong.status, wrong.body.errors[0].pointer]).toEqual([422, '/cursor'])
  })
})
