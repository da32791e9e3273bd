/** Products named by their SKU, over both transports: what an ERP, a till or a shop knows of them. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { problemOf } from '#client/api.ts'
import { temporaryPostgres } from '#db/postgres.testing.ts'
import { startTestServer, type TestServer } from '#scripts/lab/harness/test-server.ts'

describe.each(['SQLite', 'PostgreSQL'])('on %s', (dialect) => {
  let server: TestServer
  let products: TestServer['client']['products']

  beforeAll(async () => {
    server = await startTestServer(dialect === 'SQLite' ? {} : { DATABASE_URL: await temporaryPostgres() })
    products = server.client.products
  })
  afterAll(() => server[Symbol.asyncDispose]())

  const create = async (sku: string, stock_level = 5) =>
    await products.create.mutate({ sku, name: `Thing ${sku}`, price: '2.00', stock_level })

  test('a product is read, changed, counted and deleted by its SKU', async () => {
    const { id } = await create('A/1 é')
    const path = `/products/by-sku/${encodeURIComponent('A/1 é')}`
    const read = await server.rest(`GET ${path}`)
    expect(read).toMatchObject({ status: 200, body: { id, sku: 'A/1 é', version: 1 } })
    expect(read.headers.get('etag')).toBe('"1"')
    const changed = await server.rest(`PATCH ${path}`, {
      body: { price: '3.00' },
      headers: { 'if-match': '"1"' },
    })
    expect(changed).toMatchObject({ status: 200, body: { id, price: '3.00', version: 2 } })
    const sale = { body: { delta: -2, reason: 'sold', reference: 'order 7' } }
    expect(await server.rest(`POST ${path}/stock-adjustments`, sale)).toMatchObject({
      status: 201,
      body: { product: { stock_level: 3 } },
    })
    const { items } = await products.adjustmentsBySku.query({ sku: 'A/1 é' })
    expect(items[0]).toMatchObject({ delta: -2, reference: 'order 7' })
    expect(await products.getBySku.query({ sku: 'A/1 é' })).toMatchObject({ stock_level: 3 })
    expect((await server.rest(`DELETE ${path}`)).status).toBe(204)
    expect(await server.rest(`GET ${path}`)).toMatchObject({
      status: 404,
      body: { code: 'PRODUCT_NOT_FOUND' },
    })
  })

  test('what was read by SKU is never older than an acknowledged write', async () => {
    const { id } = await create('fresh')
    for (let level = 10; level < 30; level++) {
      await products.update.mutate({ id, stock_level: level })
      expect((await products.getBySku.query({ sku: 'fresh' })).stock_level).toBe(level)
    }
    await products.update.mutate({ id, sku: 'renamed' })
    const error = await products.getBySku.query({ sku: 'fresh' }).catch((reason: unknown) => reason)
    expect(problemOf(error)?.code).toBe('PRODUCT_NOT_FOUND')
    expect((await products.getBySku.query({ sku: 'renamed' })).id).toBe(id)
  })

  test('sales by SKU never take more than there is', async () => {
    await create('scarce', 5)
    const sale = { sku: 'scarce', delta: -1, reason: 'sold' } as const
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, () => products.adjustStockBySku.mutate(sale)),
    )
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(5)
    expect((await products.getBySku.query({ sku: 'scarce' })).stock_level).toBe(0)
  })

  test('a list holds the products with the given SKUs', async () => {
    for (const sku of ['L1', 'L2', 'L3']) await create(sku)
    const { body } = await server.rest('GET /products?sku=L1,L3,none&count=exact')
    expect(body.items.map(({ sku }: { sku: string }) => sku)).toEqual(['L1', 'L3'])
    expect(body.total.value).toBe(2)
    expect((await server.rest('GET /products?sku=')).status).toBe(422)
  })

  test('a batch names products by SKU, sets SKUs by id, and keeps references', async () => {
    const [one, two] = [await create('B1'), await create('B2')]
    const { results } = await products.batch.mutate({
      mode: 'per_item',
      operations: [
        { sku: 'B1', delta: -1, reason: 'sold', reference: 'order 8' },
        { id: two.id, sku: 'B3' },
        { id: two.id, sku: 'B1' },
        { sku: 'none', stock_level: 1 },
      ],
    })
    expect(results).toMatchObject([
      { id: one.id, sku: 'B1', status: 200, product: { stock_level: 4 } },
      { id: two.id, status: 200, product: { sku: 'B3' } },
      { id: two.id, problem: { code: 'SKU_TAKEN' } },
      { sku: 'none', problem: { code: 'PRODUCT_NOT_FOUND' } },
    ])
    const { items } = await products.adjustments.query({ id: one.id })
    expect(items[0]?.reference).toBe('order 8')
  })

  test('a batch creates products, and changes them after that', async () => {
    const { id } = await create('N1')
    const operations = [
      { create: true as const, sku: 'N2', name: ' New ', price: '3.00', stock_level: 7 },
      { create: true as const, name: 'No SKU', price: 1 },
      { create: true as const, name: 'No SKU', price: 1 },
      { sku: 'N2', delta: -2, reason: 'sold' as const, reference: 'order 9' },
      { create: true as const, sku: 'N2', name: 'Twice', price: 1 },
      { create: true as const, sku: 'N1', name: 'Taken', price: 1 },
      { id, name: 'Changed' },
    ]
    const dry = await products.batch.mutate({ mode: 'per_item', dry_run: true, operations })
    expect(dry.results.map(({ status }) => status)).toEqual([201, 201, 201, 200, 409, 409, 200])
    expect(dry.results[0]).toEqual({ sku: 'N2', status: 201 })
    expect((await server.rest('GET /products/by-sku/N2')).status).toBe(404)

    const { results } = await products.batch.mutate({ mode: 'per_item', operations })
    expect(results).toMatchObject([
      { sku: 'N2', status: 201, product: { name: 'New', price: '3.00', stock_level: 7, version: 1 } },
      { status: 201, product: { sku: null, name: 'No SKU', stock_level: 0 } },
      { status: 201, product: { sku: null, name: 'No SKU' } },
      { sku: 'N2', status: 200, product: { stock_level: 5, version: 2 } },
      { sku: 'N2', problem: { code: 'SKU_TAKEN' } },
      { sku: 'N1', problem: { code: 'SKU_TAKEN' } },
      { id, status: 200, product: { name: 'Changed' } },
    ])
    const ids = results.slice(0, 3).map((result) => result.id ?? 0)
    expect(new Set(ids).size).toBe(3)
    for (const [index, each] of ids.entries())
      expect((await products.get.query({ id: each })).name).toBe(index === 0 ? 'New' : 'No SKU')
    expect(await products.get.query({ id: ids[0] ?? 0 })).toEqual(results[3]?.product as never)
    const { items } = await products.adjustments.query({ id: ids[0] ?? 0 })
    expect(items.map(({ delta, reason, reference }) => [delta, reason, reference])).toEqual([
      [-2, 'sold', 'order 9'],
      [7, 'initial', null],
    ])
  })

  test('an operation that leaves a new product as it is writes nothing', async () => {
    const { seq } = await products.latestChange.query({})
    const { results } = await products.batch.mutate({
      mode: 'atomic',
      operations: [
        { create: true, sku: 'O1', name: 'New', price: 1 },
        { sku: 'O1', stock_level: 0 },
        { sku: 'O1', stock_level: 3 },
        { sku: 'O1', delta: 1 },
        { sku: 'O1', stock_level: 4 },
      ],
    })
    expect(results.map(({ product }) => product?.version)).toEqual([1, 1, 2, 3, 3])
    expect((await products.latestChange.query({})).seq).toBe(seq + 3)
  })

  test('a batch that fails as a whole creates nothing', async () => {
    const operations = [
      { create: true, sku: 'M1', name: 'New', price: 1 },
      { sku: 'M1', delta: -1 },
    ]
    const refused = await server.rest('POST /products/batch', { body: { mode: 'atomic', operations } })
    expect(refused.body).toMatchObject({ code: 'BATCH_FAILED', failures: [{ index: 1, sku: 'M1' }] })
    expect((await server.rest('GET /products/by-sku/M1')).status).toBe(404)
  })

  test.each([
    { create: true, sku: 'X' },
    { create: true, name: 'X' },
    { create: true, name: 'X', price: 1, id: 1 },
    { create: true, name: 'X', price: 1, delta: 1 },
    { create: false, sku: 'X' },
  ])('an operation such as %j is refused', async (operation) => {
    const body = { mode: 'atomic', operations: [operation] }
    expect((await server.rest('POST /products/batch', { body })).status).toBe(422)
  })

  test('the ledger of a deleted product stays readable', async () => {
    const { id } = await create('gone', 3)
    await products.remove.mutate({ id })
    const { items } = await products.adjustments.query({ id })
    expect(items).toMatchObject([{ delta: 3, reason: 'initial' }])
    expect((await server.rest('GET /products/999999/stock-adjustments')).status).toBe(404)
  })

  test('SKUs and names are trimmed and normalised, and a blank one is refused', async () => {
    const created = await products.create.mutate({ sku: ' T-1 ', name: ' Cafe\u0301 ', price: '21.3000' })
    expect(created).toMatchObject({ sku: 'T-1', name: 'Café', price: '21.30' })
    for (const name of ['   ', '\u202e', '\u200b']) {
      const refused = await server.rest('POST /products', { body: { name, price: '1' } })
      expect(refused).toMatchObject({ status: 422, body: { errors: [{ pointer: '/name' }] } })
    }
  })
})

test('an import with an idempotency key runs once; with other bytes the key is refused', async () => {
  await using server = await startTestServer()
  const send = async (text: string) =>
    await fetch(`${server.url}/v1/products/import`, {
      method: 'POST',
      headers: { 'content-type': 'text/csv', 'idempotency-key': 'once' },
      body: text,
    })
  const file = 'sku,name,price\nK1,Key,1\n'
  const [first, second] = [await send(file), await send(file)]
  expect(await second.json()).toEqual(await first.json())
  expect(second.headers.get('idempotent-replayed')).toBe('true')
  expect((await send(`${file}K2,Key,1\n`)).status).toBe(422)
  expect((await server.client.products.list.query({})).items).toHaveLength(1)
})

test('an export begins with a byte order mark when asked, and can be imported again', async () => {
  await using server = await startTestServer()
  await server.client.products.create.mutate({ sku: 'é', name: 'Thé', price: 1 })
  const exported = async (query: string) =>
    Buffer.from(await (await fetch(`${server.url}/v1/products.csv${query}`)).arrayBuffer())
  expect([...(await exported('')).subarray(0, 2)]).toEqual([...Buffer.from('id')])
  const file = await exported('?bom=true')
  expect([...file.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf])
  const imported = await fetch(`${server.url}/v1/products/import`, {
    method: 'POST',
    headers: { 'content-type': 'text/csv' },
    body: new Uint8Array(file),
  })
  expect(await imported.json()).toMatchObject({ unchanged: 1, rejected: [] })
})

test('a weak If-Match is refused with what is wrong and what probably did it', async () => {
  await using server = await startTestServer()
  const { id } = await server.client.products.create.mutate({ name: 'Thing', price: 1 })
  const answer = await server.rest(`PATCH /products/${id}`, {
    body: { price: 2 },
    headers: { 'if-match': 'W/"1"' },
  })
  expect(answer.status).toBe(412)
  expect(answer.body.detail).toContain('proxy')
})
