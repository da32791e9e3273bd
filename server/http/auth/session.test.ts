/** Signing in on the page, as a browser's requests look to the server. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { bearer, createKey, databases, revokeKey } from '#server/keys/keys.testing.ts'
import { startTestServer, temporaryFolder, type TestServer } from '#scripts/lab/harness/test-server.ts'

const ADMIN_KEY = 'an-admin-key-for-tests-only'
const SAME_ORIGIN = { 'sec-fetch-site': 'same-origin' }
const belt = { name: 'Belt', price: '21.30' }

interface Asked {
  method: string
  body?: unknown
  headers?: Record<string, string>
}

async function session({ url }: TestServer, { method, body, headers = {} }: Asked) {
  const response = await fetch(`${url}/session`, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  const setCookie = response.headers.get('set-cookie') ?? ''
  return {
    status: response.status,
    body: text === '' ? undefined : JSON.parse(text),
    setCookie,
    cookie: setCookie.split(';')[0] ?? '',
  }
}

const signIn = (server: TestServer, key: string, headers = {}) =>
  session(server, { method: 'POST', body: { key }, headers })
const whoIs = (server: TestServer, cookie: string) => session(server, { method: 'GET', headers: { cookie } })

describe.each(['SQLite', 'PostgreSQL'] as const)('signed in on %s', (dialect) => {
  const resources = new AsyncDisposableStack()
  let databaseUrl: string
  /** Two servers on one database. */
  let server: TestServer
  let other: TestServer
  const start = async (adminKey = ADMIN_KEY) =>
    await startTestServer({ DATABASE_URL: databaseUrl, AUTH: 'keys', ADMIN_KEY: adminKey })

  beforeAll(async () => {
    const folder = resources.use(await temporaryFolder())
    databaseUrl = await databases[dialect](folder.path)
    server = resources.use(await start())
    other = resources.use(await start())
  })
  afterAll(() => resources.disposeAsync())

  test('the cookie stands for the key, on every server and after a restart', async () => {
    const key = await createKey(databaseUrl, 'Ana', 'products:read', 'products:write')
    const { status, body, setCookie, cookie } = await signIn(server, key)
    expect(status).toBe(200)
    expect(body).toEqual({ auth: 'keys', name: 'Ana', scopes: ['products:read', 'products:write'] })
    expect(setCookie).toMatch(
      /^adstock_session=[0-9A-Za-z]{43}; Path=\/; Max-Age=604800; HttpOnly; SameSite=Strict$/,
    )
    expect(setCookie).not.toContain(key)
    await using restarted = await start()
    for (const each of [server, other, restarted]) {
      expect((await whoIs(each, cookie)).body).toMatchObject({ name: 'Ana' })
      const made = await each.rest('POST /products', { body: belt, headers: { cookie, ...SAME_ORIGIN } })
      expect(made.status).toBe(201)
      const { body: ledger } = await each.rest(`GET /products/${made.body.id}/stock-adjustments`, {
        headers: { cookie },
      })
      expect(ledger).toHaveProperty('items')
    }
    expect((await server.rest('GET /ads/days', { headers: { cookie } })).body).toMatchObject({
      code: 'SCOPE_MISSING',
    })
  })

  test('its token is no key', async () => {
    const { cookie } = await signIn(server, ADMIN_KEY)
    expect((await whoIs(server, cookie)).body.name).toBe('admin key')
    const token = cookie.split('=')[1] ?? ''
    expect((await server.rest('GET /products', { headers: bearer(token) })).status).toBe(401)
  })

  test('with the key it ends, at once and everywhere', async () => {
    const key = await createKey(databaseUrl, 'Ben', 'products:read')
    const { cookie } = await signIn(server, key)
    for (const each of [server, other])
      expect((await each.rest('GET /products', { headers: { cookie } })).status).toBe(200)
    await revokeKey(databaseUrl, key)
    for (const each of [server, other]) {
      expect((await each.rest('GET /products', { headers: { cookie } })).body).toMatchObject({
        code: 'KEY_INVALID',
      })
      const ended = await whoIs(each, cookie)
      expect(ended.body).toEqual({ auth: 'keys', name: null, scopes: [] })
      expect(ended.setCookie).toContain('Max-Age=0')
    }
    expect((await signIn(other, key)).body).toMatchObject({ code: 'KEY_INVALID' })
  })

  test('signing out ends it everywhere, and leaves the key and other sessions alone', async () => {
    const key = await createKey(databaseUrl, 'Cleo', 'products:read')
    const [one, two] = [await signIn(server, key), await signIn(other, key)]
    const out = await session(server, { method: 'DELETE', headers: { cookie: one.cookie } })
    expect(out).toMatchObject({ status: 204 })
    expect(out.setCookie).toContain('Max-Age=0')
    for (const each of [server, other]) {
      expect((await whoIs(each, one.cookie)).body.name).toBeNull()
      expect((await whoIs(each, two.cookie)).body.name).toBe('Cleo')
      expect((await each.rest('GET /products', { headers: bearer(key) })).status).toBe(200)
    }
  })

  test('ADMIN_KEY signs in, too; with another ADMIN_KEY that session is over', async () => {
    const { body, cookie } = await signIn(server, ADMIN_KEY)
    expect(body).toMatchObject({ name: 'admin key', scopes: expect.arrayContaining(['admin']) })
    expect((await other.rest('GET /ads/runs', { headers: { cookie } })).status).toBe(200)
    await using changed = await start('another-admin-key-for-tests')
    expect((await whoIs(changed, cookie)).body.name).toBeNull()
    await session(server, { method: 'DELETE', headers: { cookie } })
    expect((await whoIs(other, cookie)).body.name).toBeNull()
  })

  test('a wrong key, another body and a cookie that nobody gave are refused', async () => {
    expect(await signIn(server, 'ak_wrong')).toMatchObject({ status: 401, body: { code: 'KEY_INVALID' } })
    expect(await session(server, { method: 'POST', body: { password: 'x' } })).toMatchObject({ status: 422 })
    const cookie = `adstock_session=${'A'.repeat(43)}`
    expect((await server.rest('GET /products', { headers: { cookie } })).body).toMatchObject({
      code: 'KEY_INVALID',
    })
    expect((await whoIs(server, cookie)).body.name).toBeNull()
  })
})

describe('a browser', () => {
  const resources = new AsyncDisposableStack()
  let server: TestServer
  let cookie: string
  beforeAll(async () => {
    server = resources.use(await startTestServer({ AUTH: 'keys', ADMIN_KEY }))
    ;({ cookie } = await signIn(server, ADMIN_KEY))
  })
  afterAll(() => resources.disposeAsync())

  test.each([
    ['our page', { 'sec-fetch-site': 'same-origin' }, 201],
    ['our page, in an older browser', { origin: 'own' }, 201],
    ['no browser at all', {}, 201],
    ['another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.test' }, 403],
    ['a neighbouring origin', { 'sec-fetch-site': 'same-site', origin: 'http://127.0.0.1:1' }, 403],
    ['another site, in an older browser', { origin: 'https://evil.test' }, 403],
    ['a document without an origin', { origin: 'null' }, 403],
  ])('that writes from %s', async (_, given, status) => {
    const headers: Record<string, string> = { ...given, cookie }
    if (headers['origin'] === 'own') headers['origin'] = server.url
    const rest = await server.rest('POST /products', { body: belt, headers })
    const trpc = await fetch(`${server.url}/trpc/products.create`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(belt),
    })
    expect(rest.status).toBe(status)
    expect(trpc.status).toBe(status === 201 ? 200 : status)
    if (status === 403) expect(rest.body.code).toBe('CROSS_SITE_REFUSED')
    expect((await server.rest('GET /products', { headers })).status).toBe(200)

    const withKey = { ...headers, ...bearer(ADMIN_KEY) }
    expect((await server.rest('POST /products', { body: belt, headers: withKey })).status).toBe(201)

    const signedIn = await signIn(server, ADMIN_KEY, headers)
    expect(signedIn.status).toBe(status === 201 ? 200 : status)
  })

  test('another site cannot sign anybody out', async () => {
    const headers = { cookie, 'sec-fetch-site': 'cross-site' }
    expect(await session(server, { method: 'DELETE', headers })).toMatchObject({ status: 403, setCookie: '' })
    expect((await whoIs(server, cookie)).body.name).toBe('admin key')
  })

  test('behind a proxy that speaks https, the cookie stays on https', async () => {
    const { setCookie } = await signIn(server, ADMIN_KEY, { 'x-forwarded-proto': 'https' })
    expect(setCookie).toEndWith('; HttpOnly; SameSite=Strict; Secure')
  })

  test('wrong keys are limited here as anywhere', async () => {
    await using limited = await startTestServer({ AUTH: 'keys', ADMIN_KEY, RATE_LIMIT: 'on' })
    let answer = await signIn(limited, 'ak_guess')
    for (let n = 0; n < 30 && answer.status === 401; n += 1) answer = await signIn(limited, 'ak_guess')
    expect(answer).toMatchObject({ status: 429, body: { code: 'RATE_LIMITED' } })
    expect((await limited.rest('GET /products', { headers: bearer('ak_guess') })).status).toBe(429)
  })

  test('where everything is open, nobody needs to sign in', async () => {
    await using open = await startTestServer()
    const answer = { status: 200, setCookie: '', body: { auth: 'open', name: null } }
    expect(await whoIs(open, '')).toMatchObject(answer)
    expect(await signIn(open, 'ak_any')).toMatchObject(answer)
  })
})

test('neither a key nor a session can be read from the database', async () => {
  await using folder = await temporaryFolder()
  const databaseUrl = await databases.SQLite(folder.path)
  await using server = await startTestServer({ DATABASE_URL: databaseUrl, AUTH: 'keys', ADMIN_KEY })
  const key = await createKey(databaseUrl, 'Ana', 'products:read')
  const cookies = [(await signIn(server, key)).cookie, (await signIn(server, ADMIN_KEY)).cookie]
  const path = databaseUrl.slice('file:'.length)
  const bytes = (await Promise.all(['', '-wal'].map((part) => Bun.file(path + part).bytes()))).map((each) =>
    Buffer.from(each),
  )
  const holds = (text: string) => bytes.some((each) => each.includes(text))
  expect(holds(key.slice(0, 11))).toBe(true)
  const secrets = [key.slice(12), ADMIN_KEY, ...cookies.map((cookie) => cookie.split('=')[1] ?? '')]
  for (const secret of [...secrets, new Bun.CryptoHasher('sha256').update(ADMIN_KEY).digest('hex')]) {
    expect(secret).not.toBe('')
    expect(holds(secret)).toBe(false)
  }
})
