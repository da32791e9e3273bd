/** A status lasts as long as its stock-out, and no longer than it was given: over both transports, on both databases. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createClient } from '#client/api.ts'
import { addDays, dateIn } from '#server/ads/calendar.ts'
import { startTestServer, temporaryFolder, type TestServer } from '#scripts/lab/harness/test-server.ts'
import { until } from '#scripts/lab/harness/until.ts'
import { bearer, createKey, databases } from '#server/keys/keys.testing.ts'
import { openShop, type Shop } from '#server/products/import/import-shop.testing.ts'
import { createStockOutStatuses, type StockOutStatuses } from './stock-out-statuses.ts'

const HOUR_MS = 3_600_000
const ADMIN_KEY = 'an-admin-key-for-statuses'

describe.each(['SQLite', 'PostgreSQL'] as const)('the status of a stock-out on %s', (dialect) => {
  const resources = new AsyncDisposableStack()
  let now = Date.parse('2026-03-01T00:00:00Z')
  let shop: Shop
  let statuses: StockOutStatuses
  let id: number

  beforeAll(async () => {
    const clock = { now: () => now }
    shop = await openShop(dialect, resources, clock)
    statuses = createStockOutStatuses(shop.db, clock)
    const row = { sku: 'A', name: 'A', priceMinor: 1, stockLevel: 3 }
    ;({ id } = await shop.products.create(row, 'test'))
    await shop.products.create({ ...row, sku: 'B', stockLevel: 0 }, 'test')
  })
  afterAll(() => resources.disposeAsync())

  const setStock = async (stockLevel: number) => {
    now += HOUR_MS
    await shop.products.update({ id }, { stockLevel }, { expected: undefined, actor: 'test' })
  }
  const setTo = (
    status: 'new' | 'acknowledged' | 'handled',
    more: { until?: number; out?: number | null } = {},
  ) => statuses.set(id, { status, untilAt: more.until ?? null, expectedOutSince: more.out, actor: 'Ana' })
  const status = async () => (await statuses.get(id)).status?.status
  const inLists = async () => (await statuses.all()).get(id)?.status

  test('is new until it is set, tells by whom and when, and is of this product alone', async () => {
    await setStock(0)
    expect(await statuses.get(id)).toMatchObject({ outSince: now, status: undefined })
    await setTo('handled')
    expect(await statuses.get(id)).toMatchObject({
      outSince: now,
      status: { status: 'handled', actor: 'Ana', setAt: now, untilAt: null },
    })
    expect([...(await statuses.all()).keys()]).toEqual([id])
    expect((await statuses.get(id + 1)).status).toBeUndefined()
  })

  test('stays while stock comes back, and ends when it runs out again', async () => {
    await setStock(5)
    expect([await status(), await inLists()]).toEqual(['handled', 'handled'])
    await setStock(4)
    expect(await status()).toBe('handled')
    await setStock(0)
    expect([await status(), await inLists()]).toEqual([undefined, undefined])
  })

  test('an acknowledgement ends with its time', async () => {
    await setTo('acknowledged', { until: now + HOUR_MS })
    expect(await inLists()).toBe('acknowledged')
    now += HOUR_MS - 1
    expect(await status()).toBe('acknowledged')
    now += 1
    expect([await status(), await inLists()]).toEqual([undefined, undefined])
    await setTo('acknowledged')
    now += 1000 * HOUR_MS
    expect(await status()).toBe('acknowledged')
  })

  test('one that is set before the product ever ran out ends with its first stock-out', async () => {
    const early = await shop.products.create({ sku: 'C', name: 'C', priceMinor: 1, stockLevel: 1 }, 'test')
    const change = { status: 'handled', untilAt: null, expectedOutSince: null, actor: 'Ana' } as const
    expect(await statuses.set(early.id, change)).toMatchObject({ outSince: null })
    expect((await statuses.all()).has(early.id)).toBe(true)
    await shop.products.update({ id: early.id }, { stockLevel: 0 }, { expected: undefined, actor: 'test' })
    expect((await statuses.all()).has(early.id)).toBe(false)
  })

  test('is not set for another stock-out than the one that was seen', async () => {
    const { outSince: seen } = await statuses.get(id)
    await setStock(1)
    const stale = setTo('handled', { out: seen })
    await expect(stale).rejects.toMatchObject({ code: 'STOCK_OUT_CHANGED', extra: { out_since: null } })
    await setStock(0)
    await expect(setTo('handled', { out: seen })).rejects.toMatchObject({ code: 'STOCK_OUT_CHANGED' })
    expect(await status()).toBeUndefined()
    await setTo('handled', { out: now })
    expect(await status()).toBe('handled')
  })

  test('what a transaction sets goes when it is rolled back', async () => {
    const failing = shop.db.withTransaction(async (tx) => {
      await statuses
        .within(tx)
        .set(id, { status: 'new', untilAt: null, expectedOutSince: undefined, actor: 'Ben' })
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    expect(await status()).toBe('handled')
  })
})

/** A part of its cost each date for two products, one with an apostrophe in its item id. */
const SOURCE = `export const fetchData = async () => ['one', "it's", 'gla_3'].map((product_item_id, n) =>
  ({ campaign_id: 1, ad_group_id: 2, product_item_id, clicks: 1, cost_micros: (n + 1) * 1e6 }))`

describe.each(['SQLite', 'PostgreSQL'] as const)('statuses in lists and files on %s', (dialect) => {
  const resources = new AsyncDisposableStack()
  let server: TestServer
  const admin = bearer(ADMIN_KEY)
  let reader: string

  beforeAll(async () => {
    const { path } = resources.use(await temporaryFolder())
    const source = join(path, 'source.mjs')
    writeFileSync(source, SOURCE)
    const databaseUrl = await databases[dialect](path)
    const ads = { ADS_SOURCE: source, ADS_REPORTS: 'product', ADS_ITEM_ID_RULES: 'gla_{id}' }
    const env = { DATABASE_URL: databaseUrl, AUTH: 'keys', ADMIN_KEY, ...ads }
    server = resources.use(await startTestServer(env))
    for (const sku of ['One', "It's", null, 'Unsold'])
      await call('POST /products', { sku, name: `=${sku}`, price: '1.00', stock_level: 0 })
    const to = addDays(dateIn('UTC', Date.now()), -1)
    const { body } = await call('POST /ads/runs', { from: addDays(to, -2), to })
    const isOver = async () => (await call(`GET /ads/runs/${body.id}`)).body.finished_at !== null
    await until('the run is over', isOver)
    reader = await createKey(databaseUrl, 'reader', 'products:read', 'ads:read')
  })
  afterAll(() => resources.disposeAsync())

  const call = (rest: string, body?: object, headers: Record<string, string> = admin) =>
    server.rest(rest, { ...(body && { body }), headers })
  const file = async (path: string) =>
    await (await fetch(`${server.url}/v1/ads/${path}`, { headers: admin })).text()
  const spend = async (query = '') => (await call(`GET /ads/out-of-stock-spend?days=3${query}`)).body
  const setTo = (id: number, change: object) => call(`PATCH /products/${id}/stock-out-status`, change)

  test('a status is set with its time, by the name of the key, and kept out of nothing but lists that ask', async () => {
    const before = await spend()
    expect(before.items.map((item: { status: string }) => item.status)).toEqual(['new', 'new', 'new'])
    expect(before).toMatchObject({ products: 3, products_out_now: 3 })
    const { out_since } = before.items[0]
    const day = new Date(Date.now() + 24 * HOUR_MS).toISOString()
    const set = await setTo(1, { status: 'acknowledged', until: day, out_since: before.items[2].out_since })
    expect(set).toMatchObject({
      status: 200,
      body: { product_id: 1, status: 'acknowledged', status_by: 'admin key', status_until: day },
    })
    expect((await call('GET /products/1/stock-out-status')).body).toEqual(set.body)
    expect((await setTo(3, { status: 'handled', out_since })).status).toBe(200)
    const after = await spend()
    expect(after.totals).toEqual(before.totals)
    expect(after.totals[0].cost_micros_per_day).not.toBe('0')
    for (const [status, id] of [
      ['acknowledged', 1],
      ['new', 2],
      ['handled', 3],
    ] as const) {
      const only = await spend(`&status=${status}`)
      expect(only.items.map((item: { product: { id: number } }) => item.product.id)).toEqual([id])
      expect(only).toMatchObject({ totals: after.totals, products: 3, products_out_now: 3 })
    }
    expect((await spend('&limit=1')).items).toHaveLength(1)
  })

  test('the same over tRPC, and what is not a status is refused', async () => {
    const client = createClient(server.url, { key: ADMIN_KEY })
    const set = await client.products.setStockOutStatus.mutate({ id: 4, status: 'handled' })
    expect(set).toMatchObject({ product_id: 4, status: 'handled', status_until: null })
    expect(await client.products.stockOutStatus.query({ id: 4 })).toEqual(set)
    const past = new Date(Date.now() - 1000).toISOString()
    for (const [change, pointer] of [
      [{ status: 'solved' }, '/status'],
      [{ status: 'acknowledged', until: past }, '/until'],
      [{ status: 'handled', until: new Date(Date.now() + HOUR_MS).toISOString() }, '/until'],
      [{ status: 'acknowledged', until: 'tomorrow' }, '/until'],
    ] as const) {
      const { status, body } = await setTo(4, change)
      expect([status, body.errors[0].pointer]).toEqual([422, pointer])
    }
    expect((await setTo(99, { status: 'handled' })).body.code).toBe('PRODUCT_NOT_FOUND')
    expect((await setTo(4, { status: 'handled', out_since: past })).body.code).toBe('STOCK_OUT_CHANGED')
    const asReader = bearer(reader)
    expect((await call('GET /products/4/stock-out-status', undefined, asReader)).status).toBe(200)
    expect((await call('PATCH /products/4/stock-out-status', { status: 'new' }, asReader)).status).toBe(403)
  })

  test('files have the status, filter by it, and are safe in a spreadsheet', async () => {
    const [head, line = '', ...rest] = (await file('exclusions.csv?status=acknowledged'))
      .trimEnd()
      .split('\n')
    expect(head).toBe('item_id,product_id,name,status,status_by,status_at,status_until')
    expect(line).toMatch(/^one,1,'=One,acknowledged,admin key,.+Z,.+Z$/)
    expect(rest).toEqual([])
    // As the ads report them, a rule's included; of what is not advertised the SKU.
    expect(await file('exclusions.txt')).toBe("one\nit's\ngla_3\nUnsold\n")
    expect(await file('exclusions.txt?status=new')).toBe("it's\n")
    const lines = (await file('out-of-stock-spend.csv?days=3&status=handled')).trimEnd().split('\n')
    expect(lines[0]).toStartWith('product_id,sku,name,currency,cost_micros,')
    expect(lines.slice(1)).toHaveLength(1)
    expect(lines[1]).toMatch(/^3,,'=null,.*,handled,admin key,/)
  })

  test('product groups for Editor: the root, each item id, everything else, and what is left out is named', async () => {
    const query = 'campaign=Shoes, red&ad_group=All&max_cpc=0.40'
    expect(await file(`exclusions-editor.csv?${query}`)).toBe(
      [
        'Campaign,Ad Group,Product Group,Max CPC,Product Group Type',
        '"Shoes, red",All,* /,,Subdivision',
        '"Shoes, red",All,* / Item ID=*,0.40,Biddable',
        `"Shoes, red",All,* / Item ID='one',,Excluded`,
        `"Shoes, red",All,* / Item ID='gla_3',,Excluded`,
        `"Shoes, red",All,* / Item ID='Unsold',,Excluded`,
        '',
      ].join('\n'),
    )
    expect((await call('GET /ads/exclusions')).body).toEqual({
      item_ids: 4,
      left_out: 1,
      left_out_ids: ["it's"],
    })
    const { body } = await call('GET /ads/exclusions-editor.csv?campaign=A&max_cpc=much')
    expect(body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(['/ad_group', '/max_cpc'])
  })
})
