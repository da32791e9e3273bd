/** What an admin is told of the server, over real databases and a real Redis. */
import { Database } from 'bun:sqlite'
import { describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { createClient } from '#client/api.ts'
import { until, untilIs } from '#scripts/lab/harness/until.ts'
import { startTestServer, temporaryFolder, type TestServer } from '#scripts/lab/harness/test-server.ts'
import { databases } from '#server/keys/keys.testing.ts'
import { temporaryRedis } from '#server/platform/redis.testing.ts'

interface Told {
  request_id: string
  code: string
  path: string
}

async function errorsOf(server: TestServer): Promise<Told[]> {
  return (await server.rest('GET /system/errors')).body.items as Told[]
}

async function refuse(server: TestServer, id: string, path = '/v1/products/999'): Promise<void> {
  await fetch(server.url + path, { headers: { 'x-request-id': id } })
}

describe.each(['SQLite', 'PostgreSQL'] as const)('on %s', (dialect) => {
  test('the status names the database, its size, and that there is no Redis', async () => {
    await using folder = await temporaryFolder()
    const DATABASE_URL = await databases[dialect](folder.path)
    await using server = await startTestServer({ DATABASE_URL })
    const { body } = await server.rest('GET /system/status')
    expect(body).toMatchObject({
      database: { state: 'ok', product: dialect },
      redis: 'none',
      replicas: null,
    })
    expect(body.database.bytes).toBeGreaterThan(10_000)
    expect(body.database.version).toMatch(/^\d+\.\d/)
    expect(body.version).toMatch(/^\d+\.\d+\.\d+$/)
    expect(Date.parse(body.started_at)).toBeLessThanOrEqual(Date.now())
  })
})

test('a refusal is found by its request id, over both transports, with what to do and nothing that was sent', async () => {
  await using server = await startTestServer()
  await refuse(server, 'over-rest')
  await server.rest('POST /products', {
    body: { name: 'a private name', price: 'free' },
    headers: { 'x-request-id': 'a-body' },
  })
  await refuse(server, 'a-key', `/v1/products/by-sku/ak_AAAAAAAA_${'B'.repeat(46)}`)
  const client = createClient(server.url)
  await client.products.get.query({ id: 998 }).catch(() => undefined)
  const found = await errorsOf(server)
  expect(found.map(({ code }) => code)).toContain('INVALID_INPUT')
  expect(found.find(({ request_id: id }) => id === 'over-rest')).toMatchObject({
    code: 'PRODUCT_NOT_FOUND',
    status: 404,
    path: '/v1/products/999',
    what_to_do: expect.stringContaining('No product has this id'),
  })
  expect(found.some(({ path }) => path.startsWith('/trpc/products.get'))).toBe(true)
  const told = JSON.stringify(found)
  expect(told).not.toContain('a private name')
  expect(told).not.toContain('B'.repeat(20))
})

test('what failed on the server outlasts a flood of refusals, and both are bounded', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'broken.db')
  await using server = await startTestServer({ DATABASE_URL: `file:${path}` })
  using direct = new Database(path)
  direct.run('drop table webhook_endpoints')
  await refuse(server, 'the-failure', '/v1/webhooks')
  for (let n = 0; n < 120; n++) await refuse(server, `refusal-${n}`)
  const found = await errorsOf(server)
  expect(found.filter(({ code }) => code === 'INTERNAL')).toMatchObject([{ request_id: 'the-failure' }])
  expect(found[0]?.request_id).toBe('refusal-119')
  expect(found.length).toBeLessThan(120)
})

test('servers that share a Redis show each other’s errors, and each its own without it', async () => {
  await using redis = await temporaryRedis()
  await using folder = await temporaryFolder()
  const shared = { DATABASE_URL: `file:${join(folder.path, 'adstock.db')}`, REDIS_URL: redis.url }
  await using one = await startTestServer(shared)
  await using other = await startTestServer(shared)
  await refuse(one, 'at-one')
  const idsAt = async (server: TestServer) => (await errorsOf(server)).map((each) => each.request_id)
  await until('the other shows it', async () => (await idsAt(other)).includes('at-one'))
  await until('they have counted each other', async () => {
    const { body } = await other.rest('GET /system/status')
    return body.redis === 'ok' && body.replicas === 2
  })

  redis.pause()
  await untilIs(async () => (await other.rest('GET /system/status')).body.redis, 'degraded')
  expect((await other.rest('GET /system/status')).body.replicas).toBeNull()
  expect(await idsAt(one)).toContain('at-one')
  expect(await idsAt(other)).not.toContain('at-one')
  redis.resume()
})

test('settings are told with what holds, and secrets by whether they are set', async () => {
  await using server = await startTestServer({
    ADMIN_KEY: 'a-secret-that-is-not-told',
    LOW_STOCK_AT: '7',
    PUBLIC_URL: 'https://user:password@shop.example',
  })
  const { body } = await server.rest('GET /system/settings')
  const of = (name: string) => body.items.find((each: { name: string }) => each.name === name)
  expect(of('LOW_STOCK_AT')).toMatchObject({ group: 'Data', value: '7', is_set: true, is_secret: false })
  expect(of('CURRENCY')).toMatchObject({ value: 'USD', is_set: false })
  expect(of('AUTH')).toMatchObject({ value: 'open', is_set: false })
  expect(of('ADMIN_KEY')).toMatchObject({ value: null, is_set: true, is_secret: true })
  expect(of('REDIS_URL')).toMatchObject({ value: null, is_set: false })
  expect(JSON.stringify(body)).not.toMatch(/a-secret-that-is-not-told|user:password/)
})
