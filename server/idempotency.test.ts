import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { openDatabase } from '#db/open.ts'
import { temporaryPostgres } from '#db/postgres.testing.ts'
import { createProductStore } from './products/product-store.ts'
import type { Context } from './context.ts'
import { createIdempotency } from './idempotency.ts'
import {
  spawnServer,
  startTestServer,
  temporaryFolder,
  urlOf,
  type TestServer,
} from '#scripts/lab/harness/test-server.ts'

describe.each(['SQLite', 'PostgreSQL'] as const)('an idempotency key on %s', (database) => {
  let server: TestServer
  let keys = 0

  beforeAll(async () => {
    server = await startTestServer(
      database === 'PostgreSQL' ? { DATABASE_URL: await temporaryPostgres() } : {},
    )
  })
  afterAll(() => server[Symbol.asyncDispose]())

  const create = (key: string, body: object) =>
    server.rest('POST /products', { body, headers: { 'idempotency-key': key } })
  const product = (stock_level: number) => ({ name: 'Belt', price: '9.90', stock_level })
  const newKey = () => `key-${++keys}`

  test('gives the same request the same answer, and one effect', async () => {
    const key = newKey()
    const first = await create(key, product(3))
    const second = await create(key, product(3))
    expect(first.headers.get('idempotent-replayed')).toBeNull()
    expect(second.headers.get('idempotent-replayed')).toBe('true')
    expect(second).toMatchObject({ status: 201, body: first.body })
    expect(second.headers.get('location')).toBe(first.headers.get('location'))
    const another = await create(newKey(), product(3))
    expect(another.body.id).toBe(first.body.id + 1)
  })

  test('does not serve another request', async () => {
    const key = newKey()
    await create(key, product(3))
    expect(await create(key, product(4))).toMatchObject({
      status: 422,
      body: { code: 'IDEMPOTENCY_KEY_REUSED' },
    })
  })

  test('sent fifty times at once has one effect; the others are told to wait, or get its answer', async () => {
    const { body } = await server.rest('POST /products', { body: product(100) })
    const headers = { 'idempotency-key': newKey() }
    const sell = () =>
      server.rest(`POST /products/${body.id}/stock-adjustments`, {
        body: { delta: -1, reason: 'sold' },
        headers,
      })
    const answers = await Promise.all(Array.from({ length: 50 }, sell))
    for (const { status, body: answer } of answers) {
      if (status === 201) expect(answer.product.stock_level).toBe(99)
      else expect(answer.code).toBe('IDEMPOTENCY_IN_PROGRESS')
    }
    expect((await server.rest(`GET /products/${body.id}`)).body.stock_level).toBe(99)
    expect((await sell()).headers.get('idempotent-replayed')).toBe('true')
  })

  test('of a request that was refused may be used again', async () => {
    const { body } = await server.rest('POST /products', { body: product(0) })
    const headers = { 'idempotency-key': newKey() }
    const sell = () =>
      server.rest(`POST /products/${body.id}/stock-adjustments`, {
        body: { delta: -1, reason: 'sold' },
        headers,
      })
    expect((await sell()).body.code).toBe('INSUFFICIENT_STOCK')
    await server.rest(`PATCH /products/${body.id}`, { body: { stock_level: 5 } })
    expect((await sell()).status).toBe(201)
  })

  test('works over tRPC as well', async () => {
    const { body } = await server.rest('POST /products', { body: product(10) })
    const sell = () =>
      fetch(`${server.url}/trpc/products.adjustStock`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': `trpc-${body.id}` },
        body: JSON.stringify({ id: body.id, delta: -1, reason: 'sold' }),
      })
    const [first, second] = [await sell(), await sell()]
    expect(second.headers.get('idempotent-replayed')).toBe('true')
    expect(await second.json()).toEqual(await first.json())
    expect((await server.rest(`GET /products/${body.id}`)).body.stock_level).toBe(9)
  })

  test.each(['', 'with space', 'ümlaut', 'x'.repeat(256)])('%p is no key', async (key) => {
    const headers = {
      'idempotency-key': encodeURIComponent(key) === key ? key : key.replaceAll('ü', '\u00FC'),
    }
    const answer = await server.rest('POST /products', { body: product(1), headers })
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ pointer: '/idempotency-key' }] } })
  })
})

test('a key is free again after a day, and forgotten', async () => {
  await using folder = await temporaryFolder()
  await using resources = new AsyncDisposableStack()
  const db = resources.adopt(await openDatabase(`file:${folder.path}/a.db`), (database) => database.close())
  let now = 1_000
  const clock = { now: () => now }
  const idempotency = createIdempotency(db, clock)
  const ctx = {
    caller: { id: 'anyone', name: 'anyone' },
    products: createProductStore(db, clock),
  } as unknown as Context
  const ask = (output: string) =>
    idempotency.once(ctx, { key: 'k', operation: 'POST /x', input: {} }, async () => output)
  expect(await ask('first')).toEqual({ output: 'first', replayed: false })
  now += 24 * 3_600_000 - 1
  await idempotency.forgetExpired()
  expect(await ask('second')).toEqual({ output: 'first', replayed: true })
  now += 1
  expect(await ask('third')).toEqual({ output: 'third', replayed: false })
  now += 24 * 3_600_000 + 1
  await idempotency.forgetExpired()
  expect(await db.reader.$count(db.tables.idempotencyKeys)).toBe(0)
})

test.each(['SQLite', 'PostgreSQL'])(
  'on %s, killed in the middle and sent again, each key has one effect',
  async (database) => {
    await using folder = await temporaryFolder()
    const env = {
      RATE_LIMIT: 'off',
      ...(database === 'PostgreSQL' && { DATABASE_URL: await temporaryPostgres() }),
    }
    const first = spawnServer(folder.path, env)
    const url = await urlOf(first)
    const send = (base: string, path: string, body: object, key?: string) =>
      fetch(`${base}v1${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(key !== undefined && { 'idempotency-key': key }) },
        body: JSON.stringify(body),
      })
    await send(url, '/products', { name: 'Belt', price: '1', stock_level: 1000 })
    const sell = (base: string, n: number) =>
      send(base, '/products/1/stock-adjustments', { delta: -1, reason: 'sold' }, `sale-${n}`)
    const sales = Array.from({ length: 200 }, (_, n) => n)
    let answered = 0
    const selling = Promise.allSettled(
      sales.map(async (n) => {
        await sell(url, n)
        if ((answered += 1) === 30) first.kill('SIGKILL')
      }),
    )
    await first.exited
    await selling

    const second = spawnServer(folder.path, env)
    const again = await urlOf(second)
    const statuses = await Promise.all(sales.map(async (n) => (await sell(again, n)).status))
    expect(new Set(statuses)).toEqual(new Set([201]))
    expect(await (await fetch(`${again}v1/products/1`)).json()).toMatchObject({
      stock_level: 800,
      version: 201,
    })
    second.kill('SIGTERM')
    await second.exited
  },
)
