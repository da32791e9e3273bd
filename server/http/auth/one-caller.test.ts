/** What one caller can do to others, and take for itself: as much as is written down, and a typed refusal beyond it. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { openDatabase } from '#db/open.ts'
import { SCOPES } from '#server/caller.ts'
import { createKeyStore } from '#server/keys/key-store.ts'
import { bearer, databases } from '#server/keys/keys.testing.ts'
import { systemClock } from '#server/platform/clock.ts'
import { NO_ADS } from '#scripts/lab/harness/server-process.ts'
import { startTestServer, temporaryFolder, type TestServer } from '#scripts/lab/harness/test-server.ts'

const ADMIN_KEY = 'an-admin-key-for-tests-only'
const MAX_SESSIONS = 50
const MAX_KEYS = 1_000
const MAX_WEBHOOKS = 20
const SAME_ORIGIN = { 'sec-fetch-site': 'same-origin' }

describe.each(['SQLite', 'PostgreSQL'] as const)('on %s', (dialect) => {
  const resources = new AsyncDisposableStack()
  let server: TestServer
  let keys: ReturnType<typeof createKeyStore>

  const start = async (settings = {}) => {
    const { path } = resources.use(await temporaryFolder())
    const DATABASE_URL = await databases[dialect](path)
    const env = { DATABASE_URL, AUTH: 'keys', ADMIN_KEY, ADS_SOURCE: NO_ADS, ...settings }
    const started = resources.use(await startTestServer(env))
    const db = resources.adopt(await openDatabase(DATABASE_URL), (opened) => opened.close())
    return { started, db, store: createKeyStore(db, systemClock) }
  }
  const make = async (store = keys) => (await store.create({ name: 'a shop', scopes: SCOPES })).key
  const signIn = async (key: string, at = server) => {
    const response = await fetch(`${at.url}/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...SAME_ORIGIN },
      body: JSON.stringify({ key }),
    })
    const cookie = response.headers.get('set-cookie')?.split(';')[0] ?? ''
    return { status: response.status, retryAfter: response.headers.get('retry-after'), cookie }
  }
  const nameOf = async (cookie: string) =>
    (await (await fetch(`${server.url}/session`, { headers: { cookie } })).json()).name

  beforeAll(async () => {
    const { started, store } = await start()
    server = started
    keys = store
  })
  afterAll(() => resources.disposeAsync())

  test('an idempotency key of one caller is nothing to another', async () => {
    const [one, other] = [await make(), await make()]
    const create = (key: string, name: string) =>
      server.rest('POST /products', {
        body: { name, price: '1' },
        headers: { ...bearer(key), 'idempotency-key': 'order-1' },
      })
    const first = await create(one, 'of one')
    const second = await create(other, 'of the other')
    expect([first.status, second.status]).toEqual([201, 201])
    expect(second.body.name).toBe('of the other')
    expect((await create(one, 'of one')).body).toEqual(first.body)
    const admin = await create(ADMIN_KEY, 'of the admin')
    expect(admin.headers.get('idempotent-replayed')).toBeNull()
  })

  test('the sessions of one key end with the oldest, and no other key loses any', async () => {
    const [one, other] = [await make(), await make()]
    const kept = await signIn(other)
    const first = await signIn(one)
    const second = await signIn(one)
    for (let n = 2; n <= MAX_SESSIONS; n += 1) expect((await signIn(one)).status).toBe(200)
    expect(await nameOf(first.cookie)).toBeNull()
    for (const { cookie } of [second, kept]) expect(await nameOf(cookie)).toBe('a shop')
  })

  test('many sign-ins with one key are refused for a while; others sign in', async () => {
    const { started, store } = await start({ RATE_LIMIT: 'on' })
    const [one, other] = [await make(store), await make(store)]
    const statuses = []
    for (let n = 0; n < 25; n += 1) statuses.push((await signIn(one, started)).status)
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThan(19)
    const refused = await signIn(one, started)
    expect(refused.status).toBe(429)
    expect(Number(refused.retryAfter)).toBeGreaterThan(0)
    expect((await signIn(other, started)).status).toBe(200)
    // The key itself goes on.
    expect((await started.rest('GET /products', { headers: bearer(one) })).status).toBe(200)
  })

  test('of webhooks there are so many', async () => {
    const { started } = await start()
    const create = (n: number) =>
      started.rest('POST /webhooks', {
        body: { url: `https://example.org/${n}`, events: ['ads.run_failed'] },
        headers: bearer(ADMIN_KEY),
      })
    for (let n = 0; n < MAX_WEBHOOKS; n += 1) expect((await create(n)).status).toBe(201)
    const refused = await create(MAX_WEBHOOKS)
    expect([refused.status, refused.body.code]).toEqual([409, 'WEBHOOK_LIMIT_REACHED'])
  })

  test('of keys there are so many; one that is revoked makes room', async () => {
    const { started, db, store } = await start()
    const row = (n: number) => ({
      prefix: `filling${n}`,
      hash: `${n}`,
      name: 'filling',
      scopes: 'ads:read',
      createdAt: 0,
    })
    const rows = Array.from({ length: MAX_KEYS }, (_, n) => row(n))
    await db.withTransaction((tx) => tx.insert(db.tables.apiKeys).values(rows))
    const headers = bearer(ADMIN_KEY)
    const create = () =>
      started.rest('POST /keys', { body: { name: 'one more', scopes: ['ads:read'] }, headers })
    const refused = await create()
    expect([refused.status, refused.body.code]).toEqual([409, 'KEY_LIMIT_REACHED'])
    const feed = await started.rest('POST /feed-keys', { body: { name: 'one more' }, headers })
    expect(feed.body.code).toBe('KEY_LIMIT_REACHED')
    const [oldest] = (await store.list()).slice(-1)
    await started.rest(`DELETE /keys/${oldest?.id}`, { headers })
    expect((await create()).status).toBe(201)
    expect((await started.rest('GET /keys', { headers })).body.items).toHaveLength(MAX_KEYS + 1)
  })
})
