/** Keys and their scopes, over every transport, on both databases. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { createClient, problemOf } from '#client/api.ts'
import { operationsOf, subscriptionsOf, fileRoutesOf, api } from '#server/api.ts'
import { bearer, createKey, databases, keysCommand, revokeKey } from '#server/keys/keys.testing.ts'
import { until } from '#scripts/lab/harness/until.ts'
import { startTestServer, temporaryFolder, type TestServer } from '#scripts/lab/harness/test-server.ts'
import { splitRest } from '#server/http/rest.ts'

const ADMIN_KEY = 'an-admin-key-for-tests-only'
const belt = { name: 'Belt', price: '21.30', stock_level: 5 }

interface Refusal {
  code: string
  status: number
  authenticate: string | null
}

describe.each(['SQLite', 'PostgreSQL'] as const)('with keys on %s', (dialect) => {
  const resources = new AsyncDisposableStack()
  let databaseUrl: string
  let server: TestServer
  let reader: string
  let seller: string

  beforeAll(async () => {
    const folder = resources.use(await temporaryFolder())
    databaseUrl = await databases[dialect](folder.path)
    server = resources.use(await startTestServer({ DATABASE_URL: databaseUrl, AUTH: 'keys', ADMIN_KEY }))
    reader = await createKey(databaseUrl, 'reader', 'products:read')
    seller = await createKey(databaseUrl, 'the till', 'products:read', 'products:write')
  })
  afterAll(() => resources.disposeAsync())

  const calls = [
    ...[...operationsOf(api), ...subscriptionsOf(api)].flatMap(({ name, operation }) => [
      { call: `REST ${operation.rest}`, live: operation.kind === 'subscription', operation },
      { call: `tRPC ${name}`, live: operation.kind === 'subscription', operation },
    ]),
    ...fileRoutesOf().map((operation) => ({ call: `REST ${operation.rest}`, live: false, operation })),
  ]

  async function refusalOf(
    { call, live, operation }: (typeof calls)[number],
    headers: Record<string, string>,
  ): Promise<Refusal> {
    const [method, path] = splitRest(operation)
    const isRest = call.startsWith('REST')
    const url = isRest ? `/v1${path.replaceAll(/:\w+/g, '1')}` : `/trpc/${call.slice(5)}`
    const response = await fetch(server.url + url, {
      method: isRest ? method : operation.kind === 'mutation' ? 'POST' : 'GET',
      headers: {
        ...headers,
        accept: live ? 'text/event-stream' : '*/*',
        ...(!isRest && operation.kind === 'mutation' && { 'content-type': 'application/json' }),
      },
    })
    const text = await response.text()
    return {
      code: /"code":"([A-Z_]+)","request_id"/.exec(text)?.[1] ?? text,
      status: response.status,
      authenticate: response.headers.get('www-authenticate'),
    }
  }

  test.each(calls)('$call asks for a key, and for its scope', async (each) => {
    expect(await refusalOf(each, bearer('ak_wrong'))).toEqual({
      code: 'KEY_INVALID',
      status: 401,
      authenticate: 'Bearer realm="adstock", error="invalid_token"',
    })
    const tellsInStream = each.live && each.call.startsWith('tRPC')
    const missing = await refusalOf(each, {})
    expect(missing.code).toBe('KEY_MISSING')
    if (!tellsInStream) expect(missing).toMatchObject({ status: 401, authenticate: 'Bearer realm="adstock"' })
    if (each.operation.scope === 'products:read') return
    const lacking = await refusalOf(each, bearer(reader))
    expect(lacking.code).toBe('SCOPE_MISSING')
    if (!tellsInStream) expect(lacking.status).toBe(403)
  })

  test('with the scope it is done, and the ledger names the key', async () => {
    const created = await server.rest('POST /products', { body: belt, headers: bearer(seller) })
    expect(created.status).toBe(201)
    const client = createClient(server.url, { key: seller })
    const { id } = created.body
    await client.products.adjustStock.mutate({ id, delta: -1, reason: 'sold' })
    const { items } = await createClient(server.url, { key: reader }).products.adjustments.query({ id })
    expect(items.map(({ actor }) => actor)).toEqual(['the till', 'the till'])
    expect(await server.rest(`GET /products/${id}`, { headers: bearer(reader) })).toMatchObject({
      status: 200,
    })
  })

  test('what is missing is named', async () => {
    const { body } = await server.rest('POST /products', { body: belt, headers: bearer(reader) })
    expect(body).toMatchObject({ code: 'SCOPE_MISSING', scope: 'products:write' })
    expect(body.detail).toContain('products:write')
  })

  test('a body is not read from whom nothing is taken', async () => {
    const { status } = await server.rest('POST /products', { body: '{ not JSON', headers: bearer(reader) })
    expect(status).toBe(403)
  })

  test('metrics need admin; health, the document and the pages need nothing', async () => {
    const statusOf = async (path: string, headers = {}) =>
      (await fetch(server.url + path, { headers })).status
    expect(await statusOf('/metrics')).toBe(401)
    expect(await statusOf('/metrics', bearer(seller))).toBe(403)
    expect(await statusOf('/metrics', bearer(ADMIN_KEY))).toBe(200)
    for (const path of ['/livez', '/readyz', '/openapi.json', '/docs', '/', '/products'])
      expect(await statusOf(path)).toBe(200)
  })

  test('the admin key has every scope, and is stored nowhere', async () => {
    const client = createClient(server.url, { key: ADMIN_KEY })
    expect(await client.products.create.mutate(belt)).toMatchObject({ name: 'Belt' })
    expect(await client.ads.runs.query({})).toHaveProperty('items')
    const almost = `${ADMIN_KEY.slice(0, -1)}!`
    expect(await server.rest('GET /products', { headers: bearer(almost) })).toMatchObject({ status: 401 })
    const { stdout } = await keysCommand(databaseUrl, 'list', '--json')
    expect(JSON.parse(stdout).map(({ name }: { name: string }) => name)).toEqual(['the till', 'reader'])
  })

  test('two keys of one name do not share idempotency keys', async () => {
    const other = await createKey(databaseUrl, 'the till', 'products:write')
    const request = { body: belt, headers: { 'idempotency-key': 'order-1' } }
    const answers = await Promise.all(
      [seller, other].map((key) =>
        server.rest('POST /products', { ...request, headers: { ...request.headers, ...bearer(key) } }),
      ),
    )
    expect(answers.map(({ status }) => status)).toEqual([201, 201])
    expect(answers[0]?.body.id).not.toBe(answers[1]?.body.id)
    await revokeKey(databaseUrl, other)
  })

  test('the typed client sends its key with streams, which end when it is revoked', async () => {
    const key = await createKey(databaseUrl, 'follower', 'products:read')
    const rest = await fetch(`${server.url}/v1/changes`, {
      headers: { ...bearer(key), accept: 'text/event-stream' },
    })
    const restEnds = rest.text()
    const ended = Promise.withResolvers<string | undefined>()
    const started = Promise.withResolvers<void>()
    createClient(server.url, { key }).products.onChange.subscribe(
      {},
      {
        onData: () => started.resolve(),
        onError: (error) => ended.resolve(problemOf(error)?.code),
        onComplete: () => ended.resolve('no error'),
      },
    )
    await started.promise
    await revokeKey(databaseUrl, key)
    expect(await ended.promise).toBe('KEY_INVALID')
    expect(await restEnds).toContain('"seq":1')
  })

  test('the last use is written down, beside the request', async () => {
    const key = await createKey(databaseUrl, 'used', 'products:read')
    const lastUse = async () => {
      const { stdout } = await keysCommand(databaseUrl, 'list', '--json')
      const found = JSON.parse(stdout).find(({ name }: { name: string }) => name === 'used')
      return found.last_used_at as string | null
    }
    expect(await lastUse()).toBeNull()
    const before = Date.now()
    await server.rest('GET /products', { headers: bearer(key) })
    const used = await until('it is written down', lastUse)
    expect(Date.parse(used ?? '')).toBeGreaterThanOrEqual(before)
  })
})

describe('without a key', () => {
  const settings = { AUTH: 'keys', ADMIN_KEY, PUBLIC_READS: 'true' }

  test('PUBLIC_READS opens the products for reading, and nothing else', async () => {
    await using server = await startTestServer(settings)
    const statuses = async (routes: string[]) =>
      await Promise.all(routes.map(async (route) => (await server.rest(route)).status))
    expect(await statuses(['GET /products', 'GET /products/search?q=x', 'GET /changes'])).toEqual([
      200, 200, 200,
    ])
    expect(await server.client.products.list.query()).toMatchObject({ items: [] })
    expect(await statuses(['POST /products', 'GET /ads/days', 'DELETE /products/1'])).toEqual([401, 401, 401])
    expect(await server.rest('GET /products', { headers: bearer('ak_wrong') })).toMatchObject({ status: 401 })
  })

  test('AUTH=open takes everybody, with whatever key', async () => {
    await using server = await startTestServer()
    expect(await server.rest('POST /products', { body: belt, headers: bearer('ak_wrong') })).toMatchObject({
      status: 201,
    })
  })
})

describe('wrong keys', () => {
  test('are limited by address and by the key’s public part; a right one is let in all the same', async () => {
    await using folder = await temporaryFolder()
    const DATABASE_URL = await databases.SQLite(folder.path)
    await using server = await startTestServer({
      DATABASE_URL,
      AUTH: 'keys',
      ADMIN_KEY,
      RATE_LIMIT: 'on',
      TRUSTED_PROXY_HOPS: '1',
    })
    const key = await createKey(DATABASE_URL, 'in use', 'products:read')
    const unused = await createKey(DATABASE_URL, 'not in use', 'products:read')
    const from = (address: string, given: string) =>
      server.rest('GET /products', { headers: { ...bearer(given), 'x-forwarded-for': address } })
    expect((await from('192.0.2.1', key)).status).toBe(200)

    const tried = []
    for (let n = 0; n < 25; n += 1) tried.push((await from('192.0.2.1', 'ak_guess')).status)
    expect(tried.filter((status) => status === 401).length).toBeGreaterThanOrEqual(20)
    const refused = await from('192.0.2.1', 'ak_guess')
    expect(refused).toMatchObject({ status: 429, body: { code: 'RATE_LIMITED' } })
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    for (const right of [unused, ADMIN_KEY, key]) expect((await from('192.0.2.1', right)).status).toBe(200)
    expect((await from('192.0.2.2', 'ak_guess')).status).toBe(401)

    await revokeKey(DATABASE_URL, unused)
    const revoked = []
    for (let n = 0; n < 25; n += 1) revoked.push((await from(`198.51.100.${n}`, unused)).status)
    expect(revoked.slice(0, 20)).toEqual(Array.from({ length: 20 }, () => 401))
    expect(revoked.at(-1)).toBe(429)
    expect((await from('198.51.100.99', unused)).status).toBe(429)
    expect((await from('192.0.2.1', key)).status).toBe(200)
  })
})
