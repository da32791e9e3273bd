import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { eq, sql } from 'drizzle-orm'
import * as v from 'valibot'
import type { Database, Queries } from '#db/database.ts'
import { openDatabase } from '#db/open.ts'
import { temporaryPostgres } from '#db/postgres.testing.ts'
import { api } from './api.ts'
import { SCOPES } from './caller.ts'
import type { Context } from './context.ts'
import { createAudit } from '#server/audit/audit.ts'
import { createIdempotency } from './idempotency.ts'
import { invoke } from './invoke.ts'
import { mutation } from './operation.ts'
import { systemClock } from './platform/clock.ts'
import { createProductStore } from './products/product-store.ts'
import { NO_ADS, spawnServer, urlOf } from '#scripts/lab/harness/server-process.ts'
import { startTestServer, temporaryFolder, type TestServer } from '#scripts/lab/harness/test-server.ts'

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

describe.each(['SQLite', 'PostgreSQL'] as const)('an operation with a key on %s', (dialect) => {
  let db: Database
  const resources = new AsyncDisposableStack()

  beforeAll(async () => {
    const { path } = resources.use(await temporaryFolder())
    const url = dialect === 'SQLite' ? `file:${path}/a.db` : await temporaryPostgres()
    db = resources.adopt(await openDatabase(url), (each) => each.close())
  })
  afterAll(() => resources.disposeAsync())

  /** A store of another feature, with a table of its own. */
  const notesIn = (tx?: Queries) => ({
    write: async (name: string) => {
      const insert = (queries: Queries) => queries.insert(db.tables.settings).values({ name, value: 'x' })
      await (tx ? insert(tx) : db.withTransaction(insert))
    },
  })
  type Notes = ReturnType<typeof notesIn>
  const contextWith = (key: string) => {
    const products = createProductStore(db, systemClock)
    const audit = createAudit(db, { clock: systemClock, keptMs: 0, names: new Map() })
    return {
      caller: { kind: 'open', id: 'anyone', name: 'anyone', scopes: new Set(SCOPES) },
      idempotencyKey: key,
      idempotency: createIdempotency(db, systemClock),
      isUnavailable: () => false,
      products,
      notes: notesIn(),
      audit,
      requestId: key,
      within: (tx: Queries) => ({
        products: products.within(tx),
        notes: notesIn(tx),
        audit: audit.within(tx),
      }),
    } as unknown as Context
  }
  const operation = (run: (ctx: Context & { notes: Notes }) => Promise<string>, more: object = {}) =>
    mutation({
      rest: 'POST /made-up',
      summary: 'Writes by two features',
      input: v.strictObject({}),
      output: v.string(),
      subject: 'product',
      scope: 'products:write',
      cost: 'write',
      run: async (ctx) => await run(ctx as Context & { notes: Notes }),
      ...more,
    })
  const stored = async (name: string) => ({
    notes: await db.reader.$count(db.tables.settings, eq(db.tables.settings.name, name)),
    products: await db.reader.$count(db.tables.products, eq(db.tables.products.name, name)),
    audit: await db.reader.$count(db.tables.audit, eq(db.tables.audit.requestId, name)),
  })
  const writeBoth = async ({ products, notes }: Context & { notes: Notes }, name: string) => {
    await products.create({ name, sku: null, priceMinor: 1, stockLevel: 1 }, 'test')
    await notes.write(name)
    return name
  }

  test('writes by every feature in the transaction of its key, or not at all', async () => {
    const failing = operation(async (ctx) => {
      await writeBoth(ctx, 'failed')
      throw new Error('after the writes')
    })
    await expect(invoke(failing, contextWith('failed'), {})).rejects.toThrow('after the writes')
    expect(await stored('failed')).toEqual({ notes: 0, products: 0, audit: 0 })

    const working = operation(async (ctx) => await writeBoth(ctx, 'written'))
    expect(await invoke(working, contextWith('written'), {})).toEqual({ output: 'written', replayed: false })
    expect(await invoke(working, contextWith('written'), {})).toEqual({ output: 'written', replayed: true })
    expect(await stored('written')).toEqual({ notes: 1, products: 1, audit: 1 })
  })

  test('that is not transactional runs while no transaction is open, once', async () => {
    let runs = 0
    const outside = operation(
      async ({ notes }) => {
        runs += 1
        // SQLite has one writer: within a transaction of the key this one would wait for ever.
        await notes.write(`run ${runs}`)
        const open =
          dialect === 'SQLite'
            ? []
            : await db.all(
                db.reader,
                sql`select pid from pg_stat_activity where datname = current_database()
                    and xact_start is not null and pid <> pg_backend_pid()`,
              )
        return `${open.length} open`
      },
      { transactional: false },
    )
    const ctx = contextWith('outside')
    const [first, second] = await Promise.allSettled([invoke(outside, ctx, {}), invoke(outside, ctx, {})])
    expect(first).toMatchObject({ value: { output: '0 open', replayed: false } })
    expect(second).toMatchObject({ reason: { code: 'IDEMPOTENCY_IN_PROGRESS' } })
    expect(await invoke(outside, ctx, {})).toMatchObject({ output: '0 open', replayed: true })
    expect(runs).toBe(1)
  })
})

test('starting and cancelling a run of ads are no part of a transaction', async () => {
  expect([api.ads.startRun.transactional, api.ads.cancelRun.transactional]).toEqual([false, false])
  await using server = await startTestServer({ ADS_SOURCE: NO_ADS })
  const start = () => server.rest('POST /ads/runs', { body: {}, headers: { 'idempotency-key': 'one-run' } })
  const first = await start()
  const second = await start()
  expect([first.status, second.status]).toEqual([202, 202])
  expect(second.body).toEqual(first.body)
  expect(second.headers.get('idempotent-replayed')).toBe('true')
})

test('a key is free again after a day, and forgotten', async () => {
  await using folder = await temporaryFolder()
  await using resources = new AsyncDisposableStack()
  const db = resources.adopt(await openDatabase(`file:${folder.path}/a.db`), (database) => database.close())
  let now = 1_000
  const clock = { now: () => now }
  const idempotency = createIdempotency(db, clock)
  const ask = (output: string) =>
    idempotency.once({ caller: 'anyone', key: 'k', operation: 'POST /x', input: {} }, async () => output)
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

test('the answers on record for one caller are bounded; others, and repeats, go on', async () => {
  await using folder = await temporaryFolder()
  await using resources = new AsyncDisposableStack()
  const db = resources.adopt(await openDatabase(`file:${folder.path}/a.db`), (database) => database.close())
  let now = 1_000
  const idempotency = createIdempotency(db, { now: () => now }, 10 * 1024 ** 2)
  const large = 'x'.repeat(1024 ** 2)
  const ask = async (caller: string, key: string) =>
    await idempotency.once({ caller, key, operation: 'POST /x', input: {} }, async () => large)
  expect((await ask('one', 'a')).replayed).toBe(false)
  expect((await ask('one', 'b')).replayed).toBe(false)
  const refusal = { code: 'RATE_LIMITED', extra: { retry_after: expect.any(Number) } }
  await expect(ask('one', 'c')).rejects.toMatchObject(refusal)
  await expect(
    idempotency.onceOutside({ caller: 'one', key: 'd', operation: 'POST /x', input: {} }, async () => large),
  ).rejects.toMatchObject(refusal)
  expect((await ask('one', 'a')).replayed).toBe(true)
  expect((await ask('other', 'c')).replayed).toBe(false)
  now += 24 * 3_600_000
  expect((await ask('one', 'c')).replayed).toBe(false)
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
