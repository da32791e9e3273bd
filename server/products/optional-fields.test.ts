/** The item id of the ads and the threshold of a low stock, wherever products are written and read. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { problemOf } from '#client/api.ts'
import { temporaryPostgres } from '#db/postgres.testing.ts'
import { startTestServer, type TestServer } from '#scripts/lab/harness/test-server.ts'

describe.each(['SQLite', 'PostgreSQL'])('on %s', (dialect) => {
  let server: TestServer
  let products: TestServer['client']['products']

  beforeAll(async () => {
    const database = dialect === 'SQLite' ? {} : { DATABASE_URL: await temporaryPostgres() }
    server = await startTestServer({ ...database, LOW_STOCK_AT: '5' })
    products = server.client.products
  })
  afterAll(() => server[Symbol.asyncDispose]())

  const imported = async (csv: string, query = '') =>
    (
      await server.rest(`POST /products/import${query}`, {
        body: csv,
        headers: { 'content-type': 'text/csv' },
      })
    ).body
  const create = async (sku: string, more: object = {}) =>
    await products.create.mutate({ sku, name: `Thing ${sku}`, price: '1.00', ...more })

  test('an item id is unique whatever its case, and comes back as it was given', async () => {
    const { id, ads_item_id } = await create('A', { ads_item_id: 'shopify_US_1_2' })
    expect(ads_item_id).toBe('shopify_US_1_2')
    const refused = await create('B', { ads_item_id: 'SHOPIFY_us_1_2' }).catch((error: unknown) => error)
    expect(problemOf(refused)).toMatchObject({ code: 'ADS_ITEM_ID_TAKEN', status: 409 })
    const { results } = await products.batch.mutate({
      mode: 'per_item',
      operations: [
        { create: true, name: 'C', price: '1.00', ads_item_id: 'Shopify_us_1_2' },
        { id, ads_item_id: 'shopify_us_1_2' },
        { id, ads_item_id: null },
      ],
    })
    expect(results.map(({ status }) => status)).toEqual([409, 200, 200])
    expect((await products.get.query({ id })).ads_item_id).toBeNull()
  })

  test('both go through a file, there and back, and an empty cell clears when asked to', async () => {
    const file = 'sku,name,price,Item id,Meldebestand\nF1,File,1,gla_7,3\nF2,File,1,GLA_7,0\n'
    const summary = await imported(file)
    expect(summary).toMatchObject({ created: 1, rejected: [{ line: 3, code: 'ADS_ITEM_ID_TAKEN' }] })
    const csv = await (await fetch(`${server.url}/v1/products.csv?max_stock=0&max_price=1`)).text()
    expect(csv.split('\n')[0]).toEndWith('updated_at,ads_item_id,low_stock_at')
    expect(csv).toContain(',gla_7,3\n')
    expect(await imported(csv)).toMatchObject({ updated: 0, rejected: [] })
    expect(await imported('sku,low_stock_at\nF1,\n')).toMatchObject({ unchanged: 1 })
    expect(await imported('sku,low_stock_at\nF1,\n', '?clear_empty=true')).toMatchObject({ updated: 1 })
  })

  test('low is what is in stock at its own threshold or below, else at the default', async () => {
    await create('low-5', { stock_level: 5 })
    await create('fine-6', { stock_level: 6 })
    await create('own-20', { stock_level: 20, low_stock_at: 20 })
    await create('own-2', { stock_level: 3, low_stock_at: 2 })
    await create('gone', { stock_level: 0 })
    const { items, total } = await products.list.query({
      low_stock: true,
      count: 'exact',
      sort: '-stock_level',
    })
    expect(items.map(({ sku }) => sku)).toEqual(['own-20', 'low-5'])
    expect(total?.value).toBe(2)
    const { body } = await server.rest('GET /products?low_stock=true&sort=name')
    expect(body.items).toHaveLength(2)
    const rest = await products.list.query({ low_stock: false, limit: 200 })
    expect(rest.items.map(({ sku }) => sku)).toEqual(expect.arrayContaining(['fine-6', 'own-2', 'gone']))
    expect(rest.items.some(({ sku }) => sku === 'low-5')).toBe(false)
  })
})
