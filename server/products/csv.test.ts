import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { parse } from 'csv-parse/sync'
import { assert, oneof, property, string, stringMatching } from 'fast-check'
import { temporaryPostgres } from '#db/postgres.testing.ts'
import { startTestServer, type TestServer } from '#scripts/lab/harness/test-server.ts'
import { protectCell, unprotectCell } from './csv-format.ts'

test('a protected cell is no formula, and comes back as it was', () => {
  const text = oneof(string(), stringMatching(/^'{0,3}[=+\-@\t\r]/))
  assert(
    property(text, (cell) => {
      expect(protectCell(cell)).not.toMatch(/^[=+\-@\t\r]/)
      expect(unprotectCell(protectCell(cell))).toBe(cell)
    }),
  )
})

describe.each(['SQLite', 'PostgreSQL'] as const)('CSV over REST on %s', (database) => {
  let server: TestServer

  beforeAll(async () => {
    server = await startTestServer(
      database === 'PostgreSQL' ? { DATABASE_URL: await temporaryPostgres() } : {},
    )
    for (const name of ['=SUM(A1)', "'=x", "'Twas", '+49', 'two\nlines, "quoted"', '🎉', '-', '@home'])
      await create({ name })
    await create({ name: 'no SKU', sku: null })
  })
  afterAll(() => server[Symbol.asyncDispose]())

  let serial = 0
  const create = (more: object) =>
    server.client.products.create.mutate({
      name: 'x',
      sku: `C-${++serial}`,
      price: '9.90',
      stock_level: serial,
      ...more,
    })
  const exported = async (query = '') => await (await fetch(`${server.url}/v1/products.csv${query}`)).text()
  const rowsOf = (csv: string) => parse<Record<string, string>>(csv, { columns: true })
  const imported = async (csv: string | undefined, query = '') => {
    const response = await fetch(`${server.url}/v1/products/import${query}`, {
      method: 'POST',
      headers: { 'content-type': 'text/csv; charset=utf-8' },
      body: csv ?? null,
    })
    return { status: response.status, body: await response.json() }
  }

  test('an import is listed and undone, over either transport; what was changed since is named', async () => {
    const { client } = server
    const files = ['sku,name,price\nU-1,One,1\nU-2,Two,2\n', 'sku,price\nC-1,3.33\n']
    const [first, second] = [await imported(files[0]), await imported(files[1])]
    const { items } = await client.products.imports.query({})
    expect(items.slice(0, 2)).toMatchObject([
      { id: second.body.import_id, created: 0, updated: 1 },
      { id: first.body.import_id, created: 2, updated: 0 },
    ])
    const [changed] = (await client.products.list.query({ sku: 'U-2' })).items
    await client.products.update.mutate({ id: changed?.id ?? 0, name: 'Two!' })
    expect(await client.products.undoImport.mutate({ id: second.body.import_id })).toMatchObject({
      restored: 1,
    })
    const key = { 'idempotency-key': crypto.randomUUID() }
    const undo = () =>
      server.rest(`POST /products/imports/${first.body.import_id}/undo`, { body: {}, headers: key })
    const undone = { restored: 0, removed: 1, kept: 1, kept_products: [{ id: changed?.id, sku: 'U-2' }] }
    expect((await undo()).body).toMatchObject(undone)
    expect((await undo()).body).toMatchObject(undone)
    await client.products.remove.mutate({ id: changed?.id ?? 0 })
    expect((await server.rest('POST /products/imports/999999/undo', { body: {} })).body.code).toBe(
      'IMPORT_NOT_FOUND',
    )
  })

  test('what was exported and is imported again changes nothing', async () => {
    const before = await server.client.products.list.query({ limit: 200 })
    const csv = await exported()
    expect(csv.split('\n')[0]).toBe('id,sku,name,price,currency,stock_level,version,updated_at')
    expect(await imported(csv)).toEqual({
      status: 200,
      body: { created: 0, updated: 0, unchanged: before.items.length, rejected: [] },
    })
    expect(await server.client.products.list.query({ limit: 200 })).toEqual(before)
  })

  test('no exported cell is a formula', async () => {
    for (const { name } of rowsOf(await exported())) expect(name).not.toMatch(/^[=+\-@]/)
  })

  test('an export takes the filters of the list, and refuses what the list refuses', async () => {
    expect(rowsOf(await exported('?max_stock=2')).map((row) => row['stock_level'])).toEqual(['1', '2'])
    const refused = await fetch(`${server.url}/v1/products.csv?min_price=much`)
    expect(refused.status).toBe(422)
    expect((await fetch(`${server.url}/v1/products.csv?min_prise=1`)).status).toBe(422)
  })

  test('a stale version is a conflict of its line, unless the product already is as asked', async () => {
    const one = await create({})
    const other = await create({})
    const csv = await exported()
    await server.client.products.update.mutate({ id: one.id, price: '11.00' })
    await server.client.products.update.mutate({ id: other.id, price: '11.00' })
    const mine = csv
      .split('\n')
      .filter((line, n) => n === 0 || line.startsWith(`${one.id},`) || line.startsWith(`${other.id},`))
      .map((line) => (line.startsWith(`${other.id},`) ? line.replace('9.90', '11.00') : line))
      .join('\n')
    expect((await imported(mine)).body).toEqual({
      created: 0,
      updated: 0,
      unchanged: 1,
      rejected: [{ line: 2, code: 'VERSION_MISMATCH', detail: 'The product has version 2 now.' }],
    })
  })

  test('columns that are not there are left as they are; by id a SKU can change', async () => {
    const { id } = await create({ stock_level: 7 })
    expect((await imported(`id,price,sku\n${id},12.5,renamed-${id}\n`)).body).toMatchObject({ updated: 1 })
    expect(await server.client.products.get.query({ id })).toMatchObject({
      price: '12.50',
      sku: `renamed-${id}`,
      stock_level: 7,
    })
  })

  test('one line’s SKU that is taken is refused; the lines around it are done', async () => {
    const [one, two] = [await create({}), await create({})]
    const csv = `id,sku,name\n,new-${one.id},\n${one.id},${two.sku},x\n${two.id},${two.sku},renamed\n999999,,x\n`
    const { body } = await imported(csv)
    expect(body).toMatchObject({ created: 0, updated: 1 })
    expect(body.rejected.map(({ line, code }: { line: number; code: string }) => [line, code])).toEqual([
      [2, 'INVALID_INPUT'],
      [3, 'SKU_TAKEN'],
      [5, 'PRODUCT_NOT_FOUND'],
    ])
    expect((await server.client.products.get.query({ id: two.id })).name).toBe('renamed')
  })

  test('a dry run tells the same, and does nothing', async () => {
    const { id } = await create({})
    const seq = async () => (await server.client.products.changes.query({ limit: 200, after: 0 })).last_seq
    const before = await seq()
    const csv = `sku,name,price\nnew-dry,New,1\n,Nameless,1\n`
    expect((await imported(csv, '?dry_run=true')).body).toMatchObject({ created: 1, rejected: [{ line: 3 }] })
    expect((await imported(`id,name\n${id},other\n`, '?dry_run=true')).body).toMatchObject({ updated: 1 })
    expect(await seq()).toBe(before)
  })

  test('stock that an import sets stands in the ledger', async () => {
    const { id } = await create({ stock_level: 3 })
    await imported(`id,stock_level\n${id},8\n`)
    const { items } = await server.client.products.adjustments.query({ id })
    expect(items[0]).toMatchObject({ delta: 5, stock_level_after: 8, reason: 'import' })
  })

  test('another currency, another media type, another header are refused', async () => {
    expect((await imported('sku,name,price,currency\ncur,x,1,EUR\n')).body.rejected[0].detail).toContain(
      'USD',
    )
    const json = await fetch(`${server.url}/v1/products/import`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    })
    expect(json.status).toBe(415)
    expect(await imported('sku,title\na,b\n')).toMatchObject({ status: 422, body: { code: 'INVALID_INPUT' } })
    expect(await imported('name,price\na,1\n')).toMatchObject({ status: 422 })
    expect((await fetch(`${server.url}/v1/products.csv`, { method: 'DELETE' })).headers.get('allow')).toBe(
      'GET, HEAD',
    )
    const head = await fetch(`${server.url}/v1/products.csv`, { method: 'HEAD' })
    expect([head.status, head.headers.get('content-type')]).toEqual([200, 'text/csv; charset=utf-8'])
  })

  test('an import without a body is answered each time', async () => {
    const answers = await Promise.all([imported(undefined), imported(undefined)])
    expect([...answers, await imported(undefined)].map(({ status }) => status)).toEqual([422, 422, 422])
  })

  test('two imports of the same new products at once create each of them once', async () => {
    const csv = `sku,name,price\n${Array.from({ length: 300 }, (_, n) => `twin-${n},Twin ${n},1`).join('\n')}\n`
    const [first, second] = await Promise.all([imported(csv), imported(csv)])
    expect(first.body.created + second.body.created).toBe(300)
    expect([...first.body.rejected, ...second.body.rejected]).toEqual([])
    const { items } = await server.client.products.search.query({ q: 'twin 7', limit: 200 })
    expect(items.filter(({ match }) => match.kind === 'exact')).toHaveLength(1)
    expect((await imported(csv)).body).toEqual({ created: 0, updated: 0, unchanged: 300, rejected: [] })
  })
})
