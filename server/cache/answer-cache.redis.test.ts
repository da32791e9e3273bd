/** What replicas share in Redis, and what they do without it. */
import { afterAll, afterEach, beforeAll, expect, test } from 'bun:test'
import { temporaryPostgres } from '#db/postgres.testing.ts'
import { temporaryRedis, type TemporaryRedis } from '#server/platform/redis.testing.ts'
import { until } from '#scripts/lab/harness/until.ts'
import { startTestServer, type TestServer } from '#scripts/lab/harness/test-server.ts'

const resources = new AsyncDisposableStack()
let redis: TemporaryRedis
let first: TestServer
let second: TestServer

beforeAll(async () => {
  redis = resources.use(await temporaryRedis())
  const env = { DATABASE_URL: await temporaryPostgres(), REDIS_URL: redis.url }
  first = resources.use(await startTestServer(env))
  second = resources.use(await startTestServer(env))
  await healthy()
})
afterAll(() => resources.disposeAsync())
afterEach(healthy)

async function healthy(): Promise<void> {
  for (const { url } of [first, second]) await readiness(url, 'ok')
}

async function readiness(url: string, state: 'ok' | 'degraded'): Promise<void> {
  await until(`Redis is ${state}`, async () => {
    const response = await fetch(`${url}/readyz`)
    expect(response.status).toBe(200)
    return ((await response.json()) as { redis: string }).redis === state
  })
}

const LIST = '/products?sort=-id&limit=3'
const create = async () =>
  await first.client.products.create.mutate({ name: 'Belt', price: '9.90', stock_level: 5 })
const tierOf = async (server: TestServer, path: string) =>
  (await server.rest(`GET ${path}`)).headers.get('cache-status')

/** The first replica does not wait until Redis has its answer. */
async function foundBySecond(pathOf: (id: number) => string): Promise<string | null> {
  let found: string | null = null
  for (let attempt = 0; attempt < 50 && !found?.includes('redis'); attempt += 1) {
    const { id } = await create()
    await second.rest(`GET /products/${id + 1_000_000}`)
    expect(await tierOf(first, pathOf(id))).toBe('adstock; fwd=miss')
    found = await tierOf(second, pathOf(id))
  }
  return found
}

test('what one replica has read, another finds in Redis', async () => {
  expect(await foundBySecond((id) => `/products/${id}`)).toBe('adstock; hit; detail=redis')
  expect(await foundBySecond(() => LIST)).toBe('adstock; hit; detail=redis')
})

test('once it has changed, what is in Redis is left alone', async () => {
  const { id } = await create()
  await first.rest(`GET /products/${id}`)
  await second.client.products.update.mutate({ id, stock_level: 1 })
  const { headers, body } = await second.rest(`GET /products/${id}`)
  expect([headers.get('cache-status'), body.stock_level]).toEqual(['adstock; fwd=miss', 1])
})

test('a Redis that does not answer is left out: reads and writes go on, and readiness says so', async () => {
  const { id } = await create()
  redis.pause()
  try {
    const reads = Array.from({ length: 20 }, (_, n) => first.rest(`GET /products/${n + 1}`))
    for (const { status } of await Promise.all(reads)) expect([200, 404]).toContain(status)
    await readiness(first.url, 'degraded')
    await second.client.products.update.mutate({ id, stock_level: 2 })
    expect((await first.rest(`GET /products/${id}`)).body.stock_level).toBe(2)
  } finally {
    redis.resume()
  }
})

test('a Redis from an old dump, or an empty one, brings nothing old back', async () => {
  const { id } = await create()
  await first.rest(`GET /products/${id}`)
  await first.rest(`GET ${LIST}`)
  const dump = await redis.saveDump()
  await redis.kill()
  await second.client.products.update.mutate({ id, stock_level: 3 })
  for (const start of [dump, undefined]) {
    await redis.kill()
    await redis.start(start)
    await healthy()
    for (const server of [first, second]) {
      expect((await server.rest(`GET /products/${id}`)).body.stock_level).toBe(3)
      const { items } = (await server.rest(`GET ${LIST}`)).body
      expect(items.find((item: { id: number }) => item.id === id)?.stock_level).toBe(3)
    }
  }
})

test('what others have written there under our keys is no answer', async () => {
  const { id } = await create()
  await first.rest(`GET /products/${id}`)
  const keys = (await redis.command('KEYS', `*:v:/v1/products/${id}`)) as string[]
  for (const key of keys) await redis.command('SET', key, 'not ours')
  const answer = await second.rest(`GET /products/${id}`)
  expect([answer.status, answer.body.id]).toEqual([200, id])
})
