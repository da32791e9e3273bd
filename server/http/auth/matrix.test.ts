/** Every operation, file and tool against every kind of caller: allowed by its scope, and by nothing else. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { openDatabase } from '#db/open.ts'
import { api, fileRoutesOf, operationsOf, subscriptionsOf } from '#server/api.ts'
import { SCOPES, type Scope } from '#server/caller.ts'
import { splitRest } from '#server/http/rest.ts'
import { createKeyStore } from '#server/keys/key-store.ts'
import { bearer } from '#server/keys/keys.testing.ts'
import { systemClock } from '#server/platform/clock.ts'
import { NO_ADS } from '#scripts/lab/harness/server-process.ts'
import { startTestServer, temporaryFolder, type TestServer } from '#scripts/lab/harness/test-server.ts'

const ADMIN_KEY = 'an-admin-key-for-tests-only'
const REFUSED = /"code":"(KEY_MISSING|KEY_INVALID|SCOPE_MISSING)"/
/** What no schema takes, so that an operation which is allowed goes no further than its input. */
const NO_INPUT = { no_such_field: true }

interface Call {
  name: string
  scope: Scope
  send: (url: string, headers: Record<string, string>) => Promise<Response>
}

const operations = [...operationsOf(api), ...subscriptionsOf(api)]
const rest = [...operations.map(({ operation }) => operation), ...fileRoutesOf()].map((operation): Call => {
  const [method, path] = splitRest(operation)
  const address = `/v1${path.replaceAll(/:\w+/g, '0')}?no_such_field=1`
  return {
    name: operation.rest,
    scope: operation.scope,
    send: (url, headers) => fetch(url + address, { method, headers }),
  }
})
const procedures = operations.map(({ name, operation }): Call => {
  const isMutation = operation.kind === 'mutation'
  const query = isMutation ? '' : `?input=${encodeURIComponent(JSON.stringify(NO_INPUT))}`
  return {
    name: `tRPC ${name}`,
    scope: operation.scope,
    send: (url, headers) =>
      fetch(`${url}/trpc/${name}${query}`, {
        method: isMutation ? 'POST' : 'GET',
        headers: { ...headers, 'content-type': 'application/json' },
        ...(isMutation && { body: JSON.stringify(NO_INPUT) }),
      }),
  }
})
const tools = operationsOf(api).map(({ name, operation }): Call => ({
  name: `tool ${name}`,
  scope: operation.scope,
  send: (url, headers) =>
    fetch(`${url}/mcp`, {
      method: 'POST',
      headers: {
        ...headers,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params: { name: name.replace('.', '_'), arguments: NO_INPUT },
      }),
    }),
}))

describe('with keys in force', () => {
  const resources = new AsyncDisposableStack()
  let server: TestServer
  const keys = new Map<string, string>()

  beforeAll(async () => {
    const folder = resources.use(await temporaryFolder())
    const DATABASE_URL = `file:${folder.path}/matrix.db`
    const settings = { DATABASE_URL, AUTH: 'keys', ADMIN_KEY, ADS_SOURCE: NO_ADS }
    server = resources.use(await startTestServer(settings))
    const db = resources.adopt(await openDatabase(DATABASE_URL), (opened) => opened.close())
    const store = createKeyStore(db, systemClock)
    const create = async (name: string, scope: Scope, expiresAt: number | null = null) => {
      const created = await store.create({ name, scopes: [scope], expiresAt })
      keys.set(name, created.key)
      return created
    }
    for (const scope of SCOPES) await create(scope, scope)
    await create('expired', 'admin', Date.now() - 1000)
    await create('revoked', 'admin')
    const revoked = keys.get('revoked') ?? ''
    await store.revoke(revoked.slice(0, revoked.lastIndexOf('_')))
  })
  afterAll(() => resources.disposeAsync())

  const refusal = async (call: Call, headers: Record<string, string>) =>
    REFUSED.exec((await (await call.send(server.url, headers)).text()).replaceAll('\\', ''))?.[1] ?? 'allowed'

  const all = [...rest, ...procedures, ...tools]
  /** What is answered otherwise than by the rule. */
  const exceptions = async (headers: Record<string, string>, rule: (scope: Scope) => string) => {
    const answers = await Promise.all(all.map(async (call) => ({ call, got: await refusal(call, headers) })))
    return answers.flatMap(({ call: { name, scope }, got }) =>
      got === rule(scope) ? [] : [`${name}: ${got}`],
    )
  }

  test('there are operations to try', () => {
    expect(all.length).toBeGreaterThan(150)
    expect(new Set(all.map(({ scope }) => scope))).toEqual(new Set(SCOPES))
  })

  test('without a key nothing is allowed', async () => {
    expect(await exceptions({}, () => 'KEY_MISSING')).toEqual([])
  })

  test.each(['expired', 'revoked'])('a key that is %s opens nothing', async (name) => {
    expect(await exceptions(bearer(keys.get(name) ?? ''), () => 'KEY_INVALID')).toEqual([])
  })

  test.each(SCOPES)('%s opens what asks for it, and nothing else', async (own) => {
    const rule = (scope: Scope) => (own === scope || own === 'admin' ? 'allowed' : 'SCOPE_MISSING')
    expect(await exceptions(bearer(keys.get(own) ?? ''), rule)).toEqual([])
  })

  test('a cookie opens what its key opens, and changes nothing from another site', async () => {
    const signedIn = await fetch(`${server.url}/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ key: keys.get('products:write') }),
    })
    const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? ''
    const own = { cookie, 'sec-fetch-site': 'same-origin' }
    const rule = (scope: Scope) => (scope === 'products:write' ? 'allowed' : 'SCOPE_MISSING')
    expect(await exceptions(own, rule)).toEqual([])
    for (const call of [...rest, ...procedures].filter(({ name }) => !name.includes('GET')))
      if (call.scope === 'products:write')
        expect(
          await (await call.send(server.url, { cookie, 'sec-fetch-site': 'cross-site' })).text(),
        ).toContain('CROSS_SITE_REFUSED')
  })

  const product = { name: 'Belt', price: '9.90' }
  const DISGUISES: [string, string, Record<string, string>][] = [
    ['a doubled slash', '//v1/products', {}],
    ['a slash behind it', '/v1/products/', {}],
    ['an encoded letter', '/v1/%70roducts', {}],
    ['an encoded slash', '/v1%2Fproducts', {}],
    ['dots', '/docs/../v1/products', {}],
    ['encoded dots', '/docs/%2e%2e/v1/products', {}],
    ['capitals', '/V1/PRODUCTS', {}],
    ['a parameter of the path', '/v1/products;admin=1', {}],
    ['a key in the address', `/v1/products?api_key=${ADMIN_KEY}&authorization=Bearer%20${ADMIN_KEY}`, {}],
    ['another method in a header', '/v1/products', { 'x-http-method-override': 'GET' }],
    [
      'another address in a header',
      '/livez',
      { 'x-original-url': '/v1/products', 'x-rewrite-url': '/v1/products' },
    ],
    [
      'a forwarded address of this machine',
      '/v1/products',
      { 'x-forwarded-for': '127.0.0.1', forwarded: 'for=127.0.0.1' },
    ],
    ['another host', '/v1/products', { host: 'localhost', 'x-forwarded-host': 'localhost' }],
    ['two keys in one header', '/v1/products', { authorization: `Bearer ak_wrong, Bearer ${ADMIN_KEY}` }],
    ['another scheme', '/v1/products', { authorization: `Basic ${btoa(`admin:${ADMIN_KEY}`)}` }],
    ['a cookie that was made up', '/v1/products', { cookie: 'adstock_session=1; session=admin' }],
  ]

  test.each(DISGUISES)('%s gets nothing past the key', async (_, path, headers) => {
    for (const method of ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE', 'OPTIONS']) {
      const response = await fetch(server.url + path, {
        method,
        headers: { ...headers, 'content-type': 'application/json' },
        ...(['POST', 'PATCH'].includes(method) && { body: JSON.stringify(product) }),
      })
      expect(await response.text()).not.toContain('"price"')
      // The page answers addresses that are not of the API; a preflight says what may be sent.
      const isPage = response.headers.get('content-type')?.startsWith('text/html')
      if (!isPage && method !== 'OPTIONS' && !path.startsWith('/livez'))
        expect(response.status).toBeGreaterThan(399)
    }
    const { body } = await server.rest('GET /products', { headers: bearer(ADMIN_KEY) })
    expect(body.items).toEqual([])
  })

  test('a batch of procedures is allowed one by one', async () => {
    const input = encodeURIComponent(JSON.stringify({ 0: { limit: 1 }, 1: {}, 2: { limit: 1 } }))
    const response = await fetch(
      `${server.url}/trpc/products.list,ads.runs,products.list?batch=1&input=${input}`,
      {
        headers: bearer(keys.get('products:read') ?? ''),
      },
    )
    const answers: { result?: unknown; error?: { data: { httpStatus: number } } }[] = await response.json()
    expect(answers.map(({ error }) => error?.data.httpStatus ?? 200)).toEqual([200, 403, 200])
  })
})
