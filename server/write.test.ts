/** Sales that come at once share a transaction, on a real PostgreSQL: each with an outcome, an entry and an author of its own. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { SQL } from 'bun'
import { temporaryPostgres } from '#db/postgres.testing.ts'
import { startTestServer, type RestAnswer, type TestServer } from '#scripts/lab/harness/test-server.ts'
import { untilIs } from '#scripts/lab/harness/until.ts'
import { bearer, createKey } from './keys/keys.testing.ts'

setDefaultTimeout(120_000)
const ADMIN_KEY = 'an-admin-key-for-shared-writes'
const MANY = 40

const resources = new AsyncDisposableStack()
let server: TestServer
let sql: SQL
let keys: string[]

beforeAll(async () => {
  const DATABASE_URL = await temporaryPostgres()
  server = resources.use(await startTestServer({ DATABASE_URL, AUTH: 'keys', ADMIN_KEY }))
  sql = resources.use(new SQL({ url: DATABASE_URL, max: 4 }))
  const names = ['till 1', 'till 2', 'till 3']
  keys = await Promise.all(
    names.map((name) => createKey(DATABASE_URL, name, 'products:read', 'products:write')),
  )
})
afterAll(() => resources.disposeAsync())

let named = 0
const create = async (stock: number): Promise<{ id: number; sku: string }> => {
  named += 1
  const body = { sku: `SHARED-${named}`, name: `Belt ${named}`, price: '1.00', stock_level: stock }
  return (await server.rest('POST /products', { body, headers: bearer(ADMIN_KEY) })).body
}
const adjust = async (
  path: string,
  body: object,
  n = 0,
  more: Record<string, string> = {},
): Promise<RestAnswer> =>
  await server.rest(`POST /products/${path}/stock-adjustments`, {
    body: { reason: 'sold', ...body },
    headers: { ...bearer(keys[n % keys.length] ?? ''), ...more },
  })
const read = async (path: string) => (await server.rest(`GET ${path}`, { headers: bearer(ADMIN_KEY) })).body
const times = async <T>(count: number, run: (n: number) => Promise<T>): Promise<T[]> =>
  await Promise.all(Array.from({ length: count }, (_, n) => run(n)))
/** How many transactions wrote to the ledger of this product. */
const transactionsOf = async (id: number): Promise<number> => {
  const [row]: { n: string }[] =
    await sql`select count(distinct xmin::text) as n from stock_adjustments where product_id = ${id}`
  return Number(row?.n)
}

/** As the trigger of the change feed takes it. */
const lockOfFeed = async (): Promise<number> => {
  const [row]: { source: string }[] =
    await sql`select pg_get_functiondef('record_product_change'::regproc) as source`
  return Number(/pg_advisory_xact_lock\((\d+)\)/.exec(row?.source ?? '')?.[1])
}
const waitingForLock = async (): Promise<number> => {
  const [row]: { n: string }[] = await sql`
    select count(*) as n from pg_locks join pg_database on pg_database.oid = pg_locks.database
    where locktype = 'advisory' and not granted and datname = current_database()`
  return Number(row?.n)
}

test('of more sales than there is stock, as many succeed as there are pieces, each one version after another', async () => {
  const { id } = await create(25)
  const answers = await times(MANY, (n) => adjust(String(id), { delta: -1, reference: `order ${n}` }, n))
  const sold = answers.filter(({ status }) => status === 201)
  const refused = answers.filter(({ status }) => status !== 201)
  expect(sold).toHaveLength(25)
  expect(new Set(refused.map(({ body }) => body.code))).toEqual(new Set(['INSUFFICIENT_STOCK']))
  const versions = sold.map(({ body }) => body.product.version).toSorted((a, b) => a - b)
  expect(versions).toEqual(Array.from({ length: 25 }, (_, n) => n + 2))
  for (const { headers, body } of sold) {
    expect(headers.get('etag')).toBe(`"${body.product.version}"`)
    expect(body.adjustment.stock_level_after).toBe(body.product.stock_level)
    expect(body.product.stock_level).toBe(26 - body.product.version)
  }
  expect(await read(`/products/${id}`)).toMatchObject({ stock_level: 0, version: 26 })
  // They did share: otherwise nothing of this was tried.
  expect(await transactionsOf(id)).toBeLessThan(20)
})

test('the ledger, the feed and the audit name each sale once, with its own author', async () => {
  const { id } = await create(0)
  const answers = await times(MANY, (n) =>
    adjust(String(id), { delta: n + 1, reason: 'received', reference: `order ${n}` }, n, {
      'x-request-id': `shared-${n}`,
    }),
  )
  expect(answers.every(({ status }) => status === 201)).toBe(true)
  for (const [n, { body }] of answers.entries())
    expect(body.adjustment).toMatchObject({
      delta: n + 1,
      reference: `order ${n}`,
      actor: `till ${(n % 3) + 1}`,
    })

  const { items: ledger } = await read(`/products/${id}/stock-adjustments?limit=200`)
  const { id: initial } = ledger.at(-1)
  const entries = ledger.map((entry: { id: number }) => entry.id)
  expect(entries.toReversed()).toEqual(
    [initial, ...answers.map(({ body }) => body.adjustment.id)].toSorted((a, b) => a - b),
  )
  const sum = (MANY * (MANY + 1)) / 2
  expect(await read(`/products/${id}`)).toMatchObject({ stock_level: sum, version: MANY + 1 })

  const { items: changes } = await read('/changes?limit=1000')
  const own = changes.filter((change: { product_id: number }) => change.product_id === id)
  expect(own.map(({ version }: { version: number }) => version)).toEqual(
    Array.from({ length: MANY + 1 }, (_, n) => n + 1),
  )
  const { items: audit } = await read(`/audit?subject=product&subject_id=${id}&limit=200`)
  const told = new Map(
    audit.map((entry: { request_id: string; actor: string }) => [entry.request_id, entry.actor]),
  )
  for (let n = 0; n < MANY; n += 1) expect(told.get(`shared-${n}`)).toBe(`till ${(n % 3) + 1}`)
  expect(audit).toHaveLength(MANY + 1)
})

test('each is refused for itself: no such product, another stock than expected, too much', async () => {
  const { id, sku } = await create(10)
  const other = await create(10)
  const asked = [
    () => adjust(String(id), { delta: -1 }),
    () => adjust('999999999', { delta: -1 }),
    () => adjust(String(other.id), { delta: -1, expected_stock_level: 3 }),
    () => adjust(String(other.id), { delta: 1_000_000_000, reason: 'count' }),
    () => adjust(`by-sku/${sku}`, { delta: -1 }),
    () => adjust('by-sku/none-has-this', { delta: -1 }),
  ]
  const answers = await times(MANY, async (n) => await asked[n % asked.length]?.())
  const codes = answers.map((answer) => answer?.body.code ?? answer?.status)
  const expected = [
    201,
    'PRODUCT_NOT_FOUND',
    'STOCK_LEVEL_CHANGED',
    'INVALID_INPUT',
    201,
    'PRODUCT_NOT_FOUND',
  ]
  for (const [n, code] of codes.entries()) {
    const wanted = expected[n % expected.length]
    if (wanted === 201) expect([201, 'INSUFFICIENT_STOCK']).toContain(code)
    else expect(code).toBe(wanted ?? '')
  }
  expect(codes.filter((code) => code === 201)).toHaveLength(10)
  expect(await read(`/products/${id}`)).toMatchObject({ stock_level: 0 })
  expect(await read(`/products/${other.id}`)).toMatchObject({ stock_level: 10, version: 1 })
  const changed = answers.find((answer) => answer?.body.code === 'STOCK_LEVEL_CHANGED')
  expect(changed?.body.current).toMatchObject({ id: other.id, stock_level: 10 })
})

test('a product that another transaction has locked holds up its own sales only', async () => {
  const [locked, free] = [await create(100), await create(100)]
  const release = Promise.withResolvers<void>()
  const isLocked = Promise.withResolvers<void>()
  const holding = sql.begin(async (tx) => {
    await tx`select 1 from products where id = ${locked.id} for update`
    isLocked.resolve()
    await release.promise
  })
  await isLocked.promise
  let answered = 0
  const waiting = times(5, async () => {
    const answer = await adjust(String(locked.id), { delta: -1 })
    answered += 1
    return answer
  })
  try {
    const others = await times(MANY, () => adjust(String(free.id), { delta: -1 }))
    expect(others.every(({ status }) => status === 201)).toBe(true)
    expect(answered).toBe(0)
  } finally {
    release.resolve()
    await holding
  }
  expect((await waiting).map(({ status }) => status)).toEqual([201, 201, 201, 201, 201])
  expect(await read(`/products/${locked.id}`)).toMatchObject({ stock_level: 95, version: 6 })
})

test('none is answered before the commit, neither a sale nor what a sale made impossible', async () => {
  const products = [await create(3), await create(3), await create(3)]
  const [first, second, third] = products.map(({ id }) => String(id))
  const release = Promise.withResolvers<void>()
  const isHeld = Promise.withResolvers<void>()
  const holding = sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(${await lockOfFeed()}::bigint)`
    isHeld.resolve()
    await release.promise
  })
  await isHeld.promise
  let answered = 0
  const sell = async (product = '') => {
    const answer = await adjust(product, { delta: -1 })
    answered += 1
    return answer.status
  }
  // Those that come first are written alone; what comes meanwhile shares the third transaction.
  const alone = Promise.all([sell(first), sell(second)])
  await untilIs(waitingForLock, 2)
  const together = times(18, () => sell(third))
  try {
    // The lock is the last one of a transaction: there all is written, and nothing is committed.
    await untilIs(waitingForLock, 3)
    expect(await read(`/products/${third}`)).toMatchObject({ stock_level: 3, version: 1 })
    expect(answered).toBe(0)
  } finally {
    release.resolve()
    await holding
  }
  expect(await alone).toEqual([201, 201])
  const refused = Array.from({ length: 15 }, () => 409)
  expect((await together).toSorted((a, b) => a - b)).toEqual([201, 201, 201, ...refused])
})

test('one that the database refuses is the only one to fail', async () => {
  const [bad, good] = [await create(50), await create(50)]
  await sql.unsafe(
    `create function refuse_this() returns trigger language plpgsql as $$ begin
       if new.reference = 'poison' then raise exception 'not this one'; end if; return new;
     end $$;
     create trigger refusing before insert on stock_adjustments for each row execute function refuse_this()`,
  )
  try {
    const answers = await times(MANY, (n) =>
      adjust(String(n === 20 ? bad.id : good.id), { delta: -1, ...(n === 20 && { reference: 'poison' }) }),
    )
    expect(answers.map(({ status }) => status)).toEqual(
      Array.from({ length: MANY }, (_, n) => (n === 20 ? 500 : 201)),
    )
  } finally {
    await sql.unsafe('drop trigger refusing on stock_adjustments; drop function refuse_this')
  }
  expect(await read(`/products/${bad.id}`)).toMatchObject({ stock_level: 50, version: 1 })
  expect(await read(`/products/${good.id}`)).toMatchObject({ stock_level: 50 - MANY + 1, version: MANY })
})
