/** Files for Google: what is in stock, and what is to be excluded. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { createClient } from '#client/api.ts'
import { startTestServer, temporaryFolder, type TestServer } from '#scripts/lab/harness/test-server.ts'
import { bearer, createKey, databases, revokeKey } from '#server/keys/keys.testing.ts'

const ADMIN_KEY = 'an-admin-key-for-the-feeds'

describe.each(['SQLite', 'PostgreSQL'] as const)('on %s', (dialect) => {
  const resources = new AsyncDisposableStack()
  let server: TestServer
  let databaseUrl: string
  let key: string

  beforeAll(async () => {
    const { path } = resources.use(await temporaryFolder())
    databaseUrl = await databases[dialect](path)
    server = resources.use(await startTestServer({ DATABASE_URL: databaseUrl, AUTH: 'keys', ADMIN_KEY }))
    for (const product of [
      { sku: 'IN', name: 'Belt', price: '21.30', stock_level: 3 },
      { sku: 'OUT', name: '=cmd()', price: '5.00', stock_level: 0, ads_item_id: 'gla_<1>&2' },
      { sku: '-7', name: 'Hat', price: '1.00', stock_level: 0 },
      { name: 'Nameless', price: '1.00', stock_level: 0 },
    ])
      await server.rest('POST /products', { body: product, headers: bearer(ADMIN_KEY) })
    key = await createKey(databaseUrl, 'merchant center', 'feeds:read')
  })
  afterAll(() => resources.disposeAsync())

  const file = async (path: string, headers: Record<string, string> = {}) => {
    const response = await fetch(`${server.url}/v1${path}`, { headers })
    return {
      status: response.status,
      type: response.headers.get('content-type'),
      text: await response.text(),
    }
  }

  test('a tab-delimited feed of all that has an id', async () => {
    expect(await file(`/feeds/google-availability.tsv?key=${key}`)).toEqual({
      status: 200,
      type: 'text/tab-separated-values; charset=utf-8',
      text: [
        'id\tavailability\tprice',
        'IN\tin_stock\t21.30 USD',
        'gla_<1>&2\tout_of_stock\t5.00 USD',
        '-7\tout_of_stock\t1.00 USD',
        '',
      ].join('\n'),
    })
  })

  test('where asked, what is out of stock is kept from a destination', async () => {
    const query = `?excluded_destination=Shopping_ads&key=${key}`
    const { text } = await file(`/feeds/google-availability.tsv${query}`)
    expect(text.split('\n').slice(0, 3)).toEqual([
      'id\tavailability\tprice\texcluded_destination',
      'IN\tin_stock\t21.30 USD\t',
      'gla_<1>&2\tout_of_stock\t5.00 USD\tShopping_ads',
    ])
    expect((await file(`/feeds/google-availability.tsv?excluded_destination=Radio&key=${key}`)).status).toBe(
      422,
    )
  })

  test('the same as RSS, in Google’s namespace, escaped', async () => {
    const { status, text } = await file(
      `/feeds/google-availability.xml?excluded_destination=Shopping_ads&key=${key}`,
    )
    expect(status).toBe(200)
    expect(text).toContain('xmlns:g="http://base.google.com/ns/1.0"')
    expect(text).toContain(
      '<item><g:id>IN</g:id><g:availability>in_stock</g:availability><g:price>21.30 USD</g:price></item>',
    )
    expect(text).toContain(
      '<g:id>gla_&lt;1&gt;&amp;2</g:id><g:availability>out_of_stock</g:availability><g:price>5.00 USD</g:price><g:excluded_destination>Shopping_ads</g:excluded_destination>',
    )
    expect(text.match(/<item>/g)).toHaveLength(3)
    expect(text.trimEnd().endsWith('</rss>')).toBe(true)
  })

  test('item ids to exclude, to copy and for a spreadsheet', async () => {
    expect((await file('/ads/exclusions.txt', bearer(ADMIN_KEY))).text).toBe('gla_<1>&2\n-7\n')
    expect((await file('/ads/exclusions.csv', bearer(ADMIN_KEY))).text).toBe(
      [
        'item_id,product_id,name,status,status_by,status_at,status_until',
        "gla_<1>&2,2,'=cmd(),new,,,",
        "'-7,3,Hat,new,,,",
        '',
      ].join('\n'),
    )
  })

  test('a feed key reads feeds and nothing else, and other keys are not taken from an address', async () => {
    expect(key).toMatch(/^feed_/)
    const feed = '/feeds/google-availability.tsv'
    expect((await file(feed, bearer(key))).status).toBe(200)
    expect((await file(feed)).status).toBe(401)
    expect((await file('/products', bearer(key))).status).toBe(403)
    expect((await file('/ads/exclusions.txt', bearer(key))).status).toBe(403)
    expect((await file(`/products.csv?key=${key}`)).status).toBe(401)
    const wide = await createKey(databaseUrl, 'wide', 'feeds:read', 'products:read')
    expect(wide).toMatch(/^ak_/)
    expect((await file(`${feed}?key=${wide}`)).status).toBe(401)
    expect((await file(`${feed}?key=${ADMIN_KEY}`)).status).toBe(401)
  })

  test('a revoked one reads nothing from then on', async () => {
    const short = await createKey(databaseUrl, 'short', 'feeds:read')
    const feed = `/feeds/google-availability.tsv?key=${short}`
    expect((await file(feed)).status).toBe(200)
    await revokeKey(databaseUrl, short)
    expect((await file(feed)).status).toBe(401)
  })

  test('feed keys are made, listed and revoked over the API, and the secret is shown once', async () => {
    const asAdmin = { headers: bearer(ADMIN_KEY) }
    const made = await server.rest('POST /feed-keys', { ...asAdmin, body: { name: 'Merchant Center' } })
    expect(made).toMatchObject({ status: 201, body: { name: 'Merchant Center', revoked_at: null } })
    const { id, key: secret, prefix } = made.body
    const feed = `/feeds/google-availability.tsv?key=${secret}`
    expect((await file(feed)).status).toBe(200)
    const listed = async () => (await server.rest('GET /feed-keys', asAdmin)).body.items
    const [newest] = await listed()
    expect(newest).toMatchObject({ id, prefix, name: 'Merchant Center', revoked_at: null })
    expect(JSON.stringify(await listed())).not.toContain(secret)
    // A key with other scopes is none of them.
    await createKey(databaseUrl, 'other', 'products:read')
    expect((await listed())[0].id).toBe(id)
    expect((await server.rest(`DELETE /feed-keys/${id + 1}`, asAdmin)).body.code).toBe('FEED_KEY_NOT_FOUND')
    expect((await server.rest(`DELETE /feed-keys/${id}`, asAdmin)).status).toBe(204)
    expect((await file(feed)).status).toBe(401)
    expect((await listed())[0]).toMatchObject({ id, revoked_at: expect.any(String) })
    const overTrpc = createClient(server.url, { key: ADMIN_KEY })
    expect((await overTrpc.feedKeys.create.mutate({ name: 'second' })).key).toMatch(/^feed_/)
  })

  test('feed keys are for admins, and a name is one line', async () => {
    const writer = await createKey(databaseUrl, 'writer', 'products:write', 'ads:write', 'feeds:read')
    const refused = await server.rest('POST /feed-keys', { headers: bearer(writer), body: { name: 'mine' } })
    expect(refused.body).toMatchObject({ code: 'SCOPE_MISSING', scope: 'admin' })
    const asAdmin = { headers: bearer(ADMIN_KEY) }
    for (const name of ['', 'two\nlines', 'x'.repeat(101)]) {
      const { status, body } = await server.rest('POST /feed-keys', { ...asAdmin, body: { name } })
      expect([status, body.errors[0].pointer]).toEqual([422, '/name'])
    }
  })

  test('a request that is repeated with its idempotency key makes one feed key', async () => {
    const headers = { ...bearer(ADMIN_KEY), 'idempotency-key': `one-${dialect}` }
    const send = () => server.rest('POST /feed-keys', { headers, body: { name: 'once' } })
    const [first, second] = [await send(), await send()]
    expect(second.body).toEqual(first.body)
    const { body } = await server.rest('GET /feed-keys', { headers: bearer(ADMIN_KEY) })
    expect(body.items.filter(({ name }: { name: string }) => name === 'once')).toHaveLength(1)
  })
})
