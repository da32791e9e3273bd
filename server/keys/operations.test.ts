/** Keys that are made, listed and ended by an admin, over the API. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { createClient } from '#client/api.ts'
import { startTestServer, temporaryFolder, type TestServer } from '#scripts/lab/harness/test-server.ts'
import { bearer, createKey, databases } from './keys.testing.ts'

const ADMIN_KEY = 'an-admin-key-that-makes-others'
const admin = bearer(ADMIN_KEY)

describe.each(['SQLite', 'PostgreSQL'] as const)('on %s', (dialect) => {
  const resources = new AsyncDisposableStack()
  let server: TestServer
  let databaseUrl: string

  beforeAll(async () => {
    const { path } = resources.use(await temporaryFolder())
    databaseUrl = await databases[dialect](path)
    server = resources.use(await startTestServer({ DATABASE_URL: databaseUrl, AUTH: 'keys', ADMIN_KEY }))
  })
  afterAll(() => resources.disposeAsync())

  const make = async (body: object, headers: Record<string, string> = admin) =>
    await server.rest('POST /keys', { body, headers })

  test('a key is made with its scopes, opens those alone, and is refused from its end on', async () => {
    const made = await make({ name: 'the till', scopes: ['products:read', 'products:read'] })
    expect(made).toMatchObject({ status: 201, body: { name: 'the till', scopes: ['products:read'] } })
    const till = bearer(made.body.key)
    expect((await server.rest('GET /products', { headers: till })).status).toBe(200)
    expect((await server.rest('GET /ads/runs', { headers: till })).body).toMatchObject({ scope: 'ads:read' })
    expect((await make({ name: 'more', scopes: ['admin'] }, till)).body).toMatchObject({ scope: 'admin' })

    const { id } = made.body
    expect((await server.rest(`DELETE /keys/${id}`, { headers: admin })).status).toBe(204)
    expect((await server.rest('GET /products', { headers: till })).status).toBe(401)
    expect((await server.rest(`DELETE /keys/${id}`, { headers: admin })).status).toBe(204)
    expect((await server.rest('DELETE /keys/999999', { headers: admin })).body.code).toBe('KEY_NOT_FOUND')
  })

  test('the list has every key, which of them asks, and no secret', async () => {
    const own = await createKey(databaseUrl, 'another admin', 'admin')
    const client = createClient(server.url, { key: own })
    const { key, id } = await client.keys.create.mutate({
      name: 'for a month',
      scopes: ['feeds:read'],
      expires_in_days: 30,
    })
    expect(key).toStartWith('feed_')
    const { items } = await client.keys.list.query()
    expect(items.find((each) => each.is_own)?.name).toBe('another admin')
    const found = items.find((each) => each.id === id)
    const livesMs = Date.parse(found?.expires_at ?? '') - Date.parse(found?.created_at ?? '')
    expect(Math.round(livesMs / 86_400_000)).toBe(30)
    expect(JSON.stringify(items)).not.toContain(key.slice(-20))
    expect(JSON.stringify(items)).not.toContain(own.slice(-20))
  })

  test('its secret is recorded for no idempotency key', async () => {
    const headers = { ...admin, 'idempotency-key': `once-${dialect}` }
    const first = await make({ name: 'one', scopes: ['ads:read'] }, headers)
    const second = await make({ name: 'one', scopes: ['ads:read'] }, headers)
    expect([first.status, second.status]).toEqual([201, 201])
    expect(second.body.key).not.toBe(first.body.key)
  })

  test.each([
    [{ name: 'none', scopes: [] }, '/scopes'],
    [{ name: 'odd', scopes: ['everything'] }, '/scopes/0'],
    [{ name: 'two\nlines', scopes: ['ads:read'] }, '/name'],
    [{ name: 'never', scopes: ['ads:read'], expires_in_days: 0 }, '/expires_in_days'],
  ])('%j is refused, and says where', async (body, pointer) => {
    const refused = await make(body)
    expect(refused.status).toBe(422)
    expect(refused.body.errors[0].pointer).toBe(pointer)
  })
})
