/** Products and their barcodes' numbers, over both transports, in files and in batches. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { problemOf } from '#client/api.ts'
import { temporaryPostgres } from '#db/postgres.testing.ts'
import { startTestServer, type TestServer } from '#scripts/lab/harness/test-server.ts'

const [PEN, INK, UPC] = ['4006381333931', '9783161484100', '036000291452']

describe.each(['SQLite', 'PostgreSQL'])('on %s', (dialect) => {
  let server: TestServer
  let products: TestServer['client']['products']

  beforeAll(async () => {
    server = await startTestServer(dialect === 'SQLite' ? {} : { DATABASE_URL: await temporaryPostgres() })
    products = server.client.products
  })
  afterAll(() => server[Symbol.asyncDispose]())

  const exported = async () => await (await fetch(`${server.url}/v1/products.csv`)).text()
  const imported = async (csv: string, query = '') =>
    (
      await server.rest(`POST /products/import${query}`, {
        body: csv,
        headers: { 'content-type': 'text/csv' },
      })
    ).body

  test('a file has the column gtin once a product has one', async () => {
    const plain = await exported()
    expect(plain.split('\n')[0]).toBe('id,sku,name,price,currency,stock_level,version,updated_at')
    const { id } = await products.create.mutate({ sku: 'P', name: 'Pen', price: '2.00', gtin: PEN })
    const [head, line] = (await exported()).split('\n')
    expect(head).toBe('id,sku,name,price,currency,stock_level,version,updated_at,gtin')
    expect(line).toEndWith(`,${PEN}`)
    expect(await imported(await exported())).toMatchObject({ unchanged: 1, rejected: [] })
    await products.remove.mutate({ id })
  })

  test('any form of the number finds the product, at its address and in the search', async () => {
    const { body } = await server.rest('POST /products', {
      body: { name: 'Soap', price: '1.00', gtin: '0 036000 291452' },
    })
    expect(body.gtin).toBe(UPC)
    for (const form of [UPC, `0${UPC}`, `00${UPC}`]) {
      expect(await server.rest(`GET /products/by-gtin/${form}`)).toMatchObject({
        status: 200,
        body: { id: body.id },
      })
      const { items } = await products.search.query({ q: form })
      expect(items[0]).toMatchObject({ id: body.id, match: { kind: 'exact' } })
    }
    expect((await server.rest(`GET /products/by-gtin/${INK}`)).body.code).toBe('PRODUCT_NOT_FOUND')
    expect((await server.rest('GET /products/by-gtin/4006381333932')).status).toBe(422)
    await server.rest(`PATCH /products/${body.id}`, { body: { gtin: null } })
    expect((await server.rest(`GET /products/by-gtin/${UPC}`)).status).toBe(404)
  })

  test('no two products have the same one', async () => {
    const first = await products.create.mutate({ name: 'First', price: '1.00', gtin: PEN })
    const second = await products.create.mutate({ name: 'Second', price: '1.00' })
    const same = async (call: Promise<unknown>) =>
      expect(problemOf(await call.catch((error: unknown) => error))).toMatchObject({
        code: 'GTIN_TAKEN',
        status: 409,
        gtin: PEN,
      })
    await same(products.create.mutate({ name: 'Third', price: '1.00', gtin: PEN }))
    await same(products.update.mutate({ id: second.id, gtin: `0${PEN}` }))
    const { results } = await products.batch.mutate({
      mode: 'per_item',
      operations: [
        { id: second.id, gtin: PEN },
        { create: true, name: 'Fourth', price: '1.00', gtin: INK },
        { id: second.id, gtin: INK },
      ],
    })
    expect(results.map(({ status }) => status)).toEqual([409, 201, 409])
    expect(await imported(`id,gtin\n${second.id},${PEN}\n`)).toMatchObject({
      rejected: [{ line: 2, code: 'GTIN_TAKEN' }],
    })
    await products.remove.mutate({ id: first.id })
    await products.update.mutate({ id: second.id, gtin: PEN })
  })

  test('two products exchange theirs in one file, and the feed tells it', async () => {
    const [one, two] = await Promise.all(
      ['40170725', '10614141000415'].map((gtin) =>
        products.create.mutate({ name: `With ${gtin}`, price: '1.00', gtin }),
      ),
    )
    const { seq } = await products.latestChange.query({})
    const file = `id,gtin\n${one?.id},${two?.gtin}\n${two?.id},${one?.gtin}\n`
    const expected = { created: 0, updated: 2, rejected: [] }
    expect(await imported(file, '?dry_run=true')).toMatchObject(expected)
    expect(await imported(file)).toMatchObject(expected)
    expect((await products.getByGtin.query({ gtin: '40170725' })).id).toBe(two?.id ?? 0)
    const { items } = await products.changes.query({ after: seq })
    // In an order in which no two products have the same one at any time.
    expect(items.map(({ product }) => [product?.id, product?.gtin])).toEqual([
      [two?.id, null],
      [one?.id, '10614141000415'],
      [two?.id, '40170725'],
    ])
  })

  test('a cell that is no GTIN costs its line, and a column of them can be left out', async () => {
    const file = 'sku,name,price,EAN\nG1,Good,1,4 006381 333931\nG2,Bad,1,4.00638E+12\nG3,None,1,\n'
    const summary = await imported(file, '?dry_run=true')
    expect(summary).toMatchObject({ rejected: [{ line: 2 }, { line: 3 }] })
    expect(summary.rejected[1].detail).toContain('check digit')
    expect(await imported(file, '?map=EAN=ignore')).toMatchObject({ created: 3, rejected: [] })
    const clear = `sku,gtin\nG1,${INK}\nG1,\n`
    await products.batch.mutate({
      mode: 'per_item',
      operations: (await products.list.query({ limit: 200 })).items
        .filter(({ gtin }) => gtin === INK)
        .map(({ id }) => ({ id, gtin: null })),
    })
    expect(await imported(clear)).toMatchObject({ updated: 1, unchanged: 1 })
    expect(await imported('sku,gtin\nG1,\n', '?clear_empty=true')).toMatchObject({ updated: 1 })
    // As Shopify writes it, for spreadsheets.
    const shopify = "Handle,Title,Variant SKU,Variant Price,Variant Barcode\nbox,Box,B1,1,'0040170725006\n"
    expect(await imported(shopify, '?ignore_unknown=true')).toMatchObject({ created: 1, rejected: [] })
  })
})
