/** What kept answers must and must not do, seen from outside. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { SQL } from 'bun'
import { Database as Connection } from 'bun:sqlite'
import { temporaryPostgres } from '#db/postgres.testing.ts'
import {
  metricOf,
  startTestServer,
  temporaryFolder,
  type TestServer,
} from '#scripts/lab/harness/test-server.ts'

const MISS = 'adstock; fwd=miss'
const HIT = 'adstock; hit; detail=memory'

describe.each(['SQLite', 'PostgreSQL'] as const)('on %s', (dialect) => {
  const resources = new AsyncDisposableStack()
  let server: TestServer
  /** Another server on the same database. */
  let other: TestServer
  /** Behind the servers' back. */
  let direct: (statement: string) => unknown

  beforeAll(async () => {
    const folder = resources.use(await temporaryFolder())
    const path = `${folder.path}/shared.db`
    const DATABASE_URL = dialect === 'SQLite' ? `file:${path}` : await temporaryPostgres()
    server = resources.use(await startTestServer({ DATABASE_URL }))
    other = resources.use(await startTestServer({ DATABASE_URL }))
    if (dialect === 'SQLite') {
      const connection = resources.adopt(new Connection(path), (each) => each.close())
      direct = (statement) => connection.run(statement)
    } else {
      const connection = resources.use(new SQL({ url: DATABASE_URL, max: 1 }))
      direct = (statement) => connection.unsafe(statement)
    }
  })
  afterAll(() => resources.disposeAsync())

  const create = async (name = 'Belt') =>
    await server.client.products.create.mutate({ name, price: '9.90', stock_level: 5 })
  const get = async (path: string, from = server, headers: Record<string, string> = {}) => {
    const answer = await from.rest(`GET ${path}`, { headers })
    return { status: answer.status, tier: answer.headers.get('cache-status'), body: answer.body }
  }
  const levels = (body: { items: { id: number; stock_level: number }[] }, id: number) =>
    body.items.filter((item) => item.id === id).map((item) => item.stock_level)

  test('a product is read once, and then kept until it changes; another one does not matter', async () => {
    const { id } = await create()
    expect(await get(`/products/${id}`)).toMatchObject({ tier: MISS, body: { stock_level: 5 } })
    expect(await get(`/products/${id}`)).toMatchObject({ tier: HIT, body: { stock_level: 5 } })
    await create('Another')
    expect((await get(`/products/${id}`)).tier).toBe(HIT)
    await server.client.products.adjustStock.mutate({ id, delta: -1, reason: 'sold' })
    expect(await get(`/products/${id}`)).toMatchObject({ tier: MISS, body: { stock_level: 4 } })
    expect(await get(`/products/${id}`)).toMatchObject({ tier: HIT, body: { stock_level: 4 } })
  })

  test('what another server or somebody by SQL has written is seen by the next read', async () => {
    const { id } = await create()
    const paths = [`/products/${id}`, `/products?max_stock=6&sort=-id`, '/products/search?q=belt&limit=100']
    for (const path of [...paths, ...paths]) await get(path)
    for (const path of paths) expect((await get(path)).tier).toBe(HIT)
    await other.client.products.update.mutate({ id, stock_level: 3 })
    const [one, ...lists] = await Promise.all(paths.map((path) => get(path)))
    expect(one?.body.stock_level).toBe(3)
    for (const { body } of lists) expect(levels(body, id)).toEqual([3])
    await direct(`update products set stock_level = 2, version = version + 1 where id = ${id}`)
    const [again, ...listsAgain] = await Promise.all(paths.map((path) => get(path)))
    expect(again?.body.stock_level).toBe(2)
    for (const { body } of listsAgain) expect(levels(body, id)).toEqual([2])
  })

  test('what newly belongs into a list or a search enters it, what is gone leaves it', async () => {
    const path = '/products/search?q=parasol'
    expect((await get(path)).body.items).toEqual([])
    expect((await get(path)).tier).toBe(HIT)
    const { id } = await create('Parasol')
    expect((await get(path)).body.items).toHaveLength(1)
    await other.client.products.remove.mutate({ id })
    expect((await get(path)).body.items).toEqual([])
  })

  test('that there is no such product is kept too, until there is', async () => {
    const { id } = await create()
    const next = `/products/${id + 1}`
    expect((await get(next)).status).toBe(404)
    expect((await get(next)).body.code).toBe('PRODUCT_NOT_FOUND')
    expect((await create()).id).toBe(id + 1)
    expect((await get(next)).status).toBe(200)
    await other.client.products.remove.mutate({ id: id + 1 })
    expect((await get(next)).status).toBe(404)
  })

  test('that something is not there is read once, and counted once for each who asks', async () => {
    const reads = async () =>
      await Promise.all(
        ['memory', 'none'].map((tier) => metricOf(server.url, `adstock_cache_reads_total{tier="${tier}"}`)),
      )
    const [memory = 0, none = 0] = await reads()
    for (let n = 0; n < 3; n += 1) expect((await get('/products/900000001')).status).toBe(404)
    expect(await reads()).toEqual([memory + 2, none + 1])
  })

  test('over tRPC answers are kept as well', async () => {
    const { id } = await create()
    const first = await server.client.products.get.query({ id })
    expect(await server.client.products.get.query({ id })).toEqual(first)
    await other.client.products.update.mutate({ id, stock_level: 1 })
    expect(await server.client.products.get.query({ id })).toMatchObject({ stock_level: 1, version: 2 })
  })

  test('not modified is said of the newest state alone', async () => {
    const { id } = await create()
    const known = { 'if-none-match': '"1"' }
    expect(await get(`/products/${id}`, server, known)).toMatchObject({ status: 304, tier: MISS })
    expect(await get(`/products/${id}`, server, known)).toMatchObject({ status: 304, tier: HIT })
    await other.client.products.update.mutate({ id, name: 'Strap' })
    expect(await get(`/products/${id}`, server, known)).toMatchObject({
      status: 200,
      body: { name: 'Strap' },
    })
  })

  test('who asks for it reads the database', async () => {
    const { id } = await create()
    const refresh = { 'cache-control': 'no-cache' }
    await get(`/products/${id}`)
    expect((await get(`/products/${id}`, server, refresh)).tier).toBe(MISS)
    expect((await get(`/products/${id}`)).tier).toBe(HIT)
  })

  test('a page of a list has its links whether it was kept or not', async () => {
    await create()
    await create()
    const links = async () => (await server.rest('GET /products?limit=1&sort=name')).headers.get('link')
    expect(await links()).toContain('rel="next"')
    expect(await links()).toBe(await links())
  })

  test('readers beside a writer never see less than what was acknowledged before they began', async () => {
    const { id } = await create()
    let acknowledged = 1
    const writing = new AbortController()
    const writer = async () => {
      for (let n = 0; n < 150; n += 1) {
        const from = n % 2 === 0 ? server : other
        const { version } = await from.client.products.update.mutate({ id, stock_level: n })
        acknowledged = version
      }
      writing.abort()
    }
    const reader = async (from: TestServer, path: string) => {
      while (!writing.signal.aborted) {
        const least = acknowledged
        const { body } = await get(path, from)
        const [seen] = [body, ...(body.items ?? [])].filter((product) => product.id === id)
        expect(seen.version).toBeGreaterThanOrEqual(least)
      }
    }
    const readers = [server, other].flatMap((from) =>
      [`/products/${id}`, `/products/${id}`, '/products?sort=-id&limit=5'].map((path) => reader(from, path)),
    )
    await Promise.all([writer(), ...readers])
    expect(acknowledged).toBe(151)
  })
})
