/** What memory answers over tRPC is what tRPC itself would have answered. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { temporaryPostgres } from '#db/postgres.testing.ts'
import { bearer } from '#server/keys/keys.testing.ts'
import { metricOf, startTestServer, type TestServer } from '#scripts/lab/harness/test-server.ts'

const ADMIN_KEY = 'an-admin-key-for-kept-answers'
const MISS = 'adstock; fwd=miss'
const HIT = 'adstock; hit; detail=memory'
/** Differ from request to request, or tell where the answer came from. */
const OWN_HEADERS = ['cache-status', 'date', 'server-timing', 'x-request-id']

const resources = new AsyncDisposableStack()
let server: TestServer
let id: number

beforeAll(async () => {
  server = resources.use(await startTestServer())
  for (let n = 20; n > 0; n -= 1)
    ({ id } = await server.client.products.create.mutate({ name: `Belt “${n}”\n🌞`, price: '9.90' }))
  // The first of every list.
  id -= 19
})
afterAll(() => resources.disposeAsync())

const encoded = (input: object) => encodeURIComponent(JSON.stringify(input))

async function ask(address: string, init: RequestInit = {}) {
  const response = await fetch(server.url + address, init)
  const headers = Object.fromEntries(response.headers)
  for (const name of OWN_HEADERS) delete headers[name]
  const text = await response.text()
  return { tier: response.headers.get('cache-status'), answer: { status: response.status, headers, text } }
}

describe.each([
  ['a product', () => `products.get?input=${encoded({ id })}`],
  ['a product, as a batch of one', () => `products.get?batch=1&input=${encoded({ 0: { id } })}`],
  ['a list, compressed', () => `products.list?input=${encoded({ limit: 20 })}`],
  ['a list, as a batch of one', () => `products.list?batch=1&input=${encoded({ 0: {} })}`],
  ['a list, without an input', () => 'products.list'],
  ['an infinite query', () => `products.list?input=${encoded({ limit: 2, direction: 'forward' })}`],
])('%s', (_, path) => {
  test('is the same from memory, head and body', async () => {
    const first = await ask(`/trpc/${path()}`)
    const second = await ask(`/trpc/${path()}`)
    expect([first.tier, second.tier]).toEqual([MISS, HIT])
    expect(first.answer.status).toBe(200)
    expect(second.answer).toEqual(first.answer)
  })

  test('is read anew when the client asks for it, and once it has changed', async () => {
    await ask(`/trpc/${path()}`)
    const fresh = await ask(`/trpc/${path()}`, { headers: { 'cache-control': 'no-cache' } })
    expect(fresh.tier).toBe(MISS)
    const { answer } = await ask(`/trpc/${path()}`)
    const { version } = await server.client.products.get.query({ id })
    await server.client.products.update.mutate({ id, stock_level: version })
    const changed = await ask(`/trpc/${path()}`)
    expect(changed.tier).toBe(MISS)
    expect(changed.answer.text).not.toBe(answer.text)
    expect((await ask(`/trpc/${path()}`)).answer).toEqual(changed.answer)
  })
})

test('that there is no such product is the same from memory', async () => {
  const reads = () => metricOf(server.url, 'adstock_cache_reads_total{tier="memory"}')
  const missing = `/trpc/products.get?input=${encoded({ id: 4711 })}`
  const first = await ask(missing)
  const before = await reads()
  const second = await ask(missing)
  expect(await reads()).toBe(before + 1)
  expect(first.answer.status).toBe(404)
  expect(second.answer.status).toBe(404)
  const errorOf = ({ answer }: typeof first) => {
    const { error } = JSON.parse(answer.text)
    delete error.data.problem.request_id
    return error
  }
  expect(errorOf(second)).toEqual(errorOf(first))
})

describe('what asks for something else', () => {
  const plain = () => `/trpc/products.get?input=${encoded({ id })}`

  test('gets it: parts, several procedures, an address that tRPC alone understands', async () => {
    const batch = `/trpc/products.get?batch=1&input=${encoded({ 0: { id } })}`
    await ask(batch)
    const parts = await ask(batch, { headers: { 'trpc-accept': 'application/jsonl' } })
    expect(parts.answer.headers['transfer-encoding']).toBe('chunked')
    expect(parts.answer.text).not.toBe((await ask(batch)).answer.text)

    const two = `/trpc/products.get,products.get?batch=1&input=${encoded({ 0: { id }, 1: { id: 4711 } })}`
    for (let n = 0; n < 2; n += 1) {
      const { tier, answer } = await ask(two)
      expect(tier).toBeNull()
      expect(JSON.parse(answer.text)).toMatchObject([{ result: { data: { id } } }, { error: {} }])
    }
    const odd = `/trpc/products.get?input=${encoded({ 0: { id } })}&batch=1`
    for (let n = 0; n < 2; n += 1) {
      const { tier, answer } = await ask(odd)
      expect(tier).toBeNull()
      expect(JSON.parse(answer.text)).toMatchObject([{ result: { data: { id } } }])
    }
  })

  test('HEAD has no body, and POST is no query', async () => {
    await ask(plain())
    const head = await fetch(server.url + plain(), { method: 'HEAD' })
    expect(await head.text()).toBe('')
    const headers = { 'content-type': 'application/json' }
    expect((await fetch(server.url + plain(), { method: 'POST', headers, body: '{}' })).status).toBe(405)
  })
})

test.each(['SQLite', 'PostgreSQL'])(
  'a kept answer is only for callers who may read products, on %s',
  async (database) => {
    const DATABASE_URL = database === 'PostgreSQL' ? { DATABASE_URL: await temporaryPostgres() } : {}
    await using keyed = await startTestServer({ ...DATABASE_URL, AUTH: 'keys', ADMIN_KEY })
    const admin = bearer(ADMIN_KEY)
    const keyFor = async (scope: string) =>
      (await keyed.rest('POST /keys', { body: { name: scope, scopes: [scope] }, headers: admin })).body.key
    const [reader, other] = [await keyFor('products:read'), await keyFor('ads:read')]
    const created = await keyed.rest('POST /products', {
      body: { name: 'Belt', price: '1.00' },
      headers: admin,
    })
    const address = `${keyed.url}/trpc/products.get?input=${encoded({ id: created.body.id })}`
    const statusFor = async (headers: Record<string, string>) => (await fetch(address, { headers })).status
    expect(await statusFor(bearer(reader))).toBe(200)
    const { headers } = await fetch(address, { headers: bearer(reader) })
    expect(headers.get('cache-status')).toBe(HIT)
    expect(await statusFor(bearer(other))).toBe(403)
    expect(await statusFor(bearer('ak_wrong'))).toBe(401)
    expect(await statusFor({})).toBe(401)
    expect(await statusFor(bearer(reader))).toBe(200)
  },
)
