/** HTTP as RFC 9110 and its neighbours have it, one rule a test. */
import { afterAll, describe, expect, test } from 'bun:test'
import { startTestServer } from '#scripts/lab/harness/test-server.ts'
import { PROBLEMS } from '#server/errors.ts'

const resources = new AsyncDisposableStack()
afterAll(() => resources.disposeAsync())
const server = resources.use(await startTestServer())
const limited = resources.use(
  await startTestServer({
    RATE_LIMIT: 'on',
    RATE_LIMIT_WRITE: '2/60s',
    CORS_ORIGINS: 'https://shop.example',
  }),
)
await server.client.products.create.mutate({ name: 'Belt', price: '9.90' })

const ask = async (path: string, headers: Record<string, string>, rest: RequestInit = {}) =>
  await fetch(server.url + path, { ...rest, headers })
const codeOf = async (response: Response) => ((await response.json()) as { code: string }).code
const json = { 'content-type': 'application/json' }

describe('files of the page and the API document', () => {
  test.each(['/openapi.json', '/docs'])('%s has a tag for each coding', async (path) => {
    const [plain, gzip] = await Promise.all(
      ['identity', 'gzip'].map(async (coding) => await ask(path, { 'accept-encoding': coding })),
    )
    expect(gzip?.headers.get('content-encoding')).toBe('gzip')
    const tag = gzip?.headers.get('etag') ?? ''
    expect(tag).not.toBe(plain?.headers.get('etag') ?? '')
    expect((await ask(path, { 'accept-encoding': 'gzip', 'if-none-match': `"x", ${tag}` })).status).toBe(304)
    expect((await ask(path, { 'accept-encoding': 'identity', 'if-none-match': tag })).status).toBe(200)
    expect((await ask(path, { 'accept-encoding': 'gzip', 'if-none-match': '*' })).status).toBe(304)
  })

  test('a coding that is refused by q=0 is not sent', async () => {
    const response = await ask('/openapi.json', { 'accept-encoding': 'gzip;q=0' })
    expect(response.headers.get('content-encoding')).toBeNull()
  })
})

describe('Accept', () => {
  test.each([
    ['text/event-stream', 'text/event-stream'],
    ['text/event-stream;q=0, application/json', 'application/json'],
    ['application/json, text/event-stream;q=0.5', 'application/json'],
    ['*/*', 'application/json'],
  ])('%s on the feed → %s', async (accept, type) => {
    const leaving = new AbortController()
    const response = await ask('/v1/changes', { accept }, { signal: leaving.signal })
    expect(response.headers.get('content-type')).toStartWith(type)
    leaving.abort()
  })

  test.each([
    ['/v1/products', 'application/xml'],
    ['/v1/products', 'application/json;q=0'],
    ['/v1/products.csv', 'application/json'],
  ])('%s as %s is 406', async (path, accept) => {
    const response = await ask(path, { accept })
    expect(response.status).toBe(406)
    expect(await codeOf(response)).toBe('NOT_ACCEPTABLE')
  })

  test.each(['', 'application/*', 'text/html, */*;q=0.1', 'application/json; charset=utf-8'])(
    'JSON answers %p',
    async (accept) => {
      expect((await ask('/v1/products', { accept })).status).toBe(200)
    },
  )

  test('what is refused with 406 was not done', async () => {
    const created = await ask(
      '/v1/products',
      { ...json, accept: 'text/html' },
      { method: 'POST', body: '{"name":"Hat","price":1}' },
    )
    expect(created.status).toBe(406)
    expect((await server.client.products.list.query({})).items).toHaveLength(1)
  })
})

describe('If-None-Match on a change', () => {
  test.each(['PATCH', 'DELETE'])(
    '* on %s is 412 while there is the product, and changes nothing',
    async (method) => {
      const body = method === 'PATCH' ? '{"price":"1.00"}' : null
      const response = await ask('/v1/products/1', { ...json, 'if-none-match': '*' }, { method, body })
      expect(response.status).toBe(412)
      expect((await server.client.products.get.query({ id: 1 })).price).toBe('9.90')
      const absent = await ask('/v1/products/4711', { ...json, 'if-none-match': '*' }, { method, body })
      expect(absent.status).toBe(404)
    },
  )

  test('a tag is refused, not ignored', async () => {
    const response = await ask(
      '/v1/products/1',
      { ...json, 'if-none-match': '"1"' },
      { method: 'PATCH', body: '{"price":"1.00"}' },
    )
    expect(response.status).toBe(422)
  })
})

test('Allow names HEAD where GET is', async () => {
  const response = await ask('/v1/products/1', {}, { method: 'PUT' })
  expect(response.status).toBe(405)
  expect(response.headers.get('allow')).toBe('GET, HEAD, PATCH, DELETE')
  expect((await ask('/v1/products/1', {}, { method: 'HEAD' })).status).toBe(200)
})

test('preflights cost nothing', async () => {
  const preflight = {
    origin: 'https://shop.example',
    'access-control-request-method': 'PATCH',
    'access-control-request-headers': 'if-match',
  }
  for (let n = 0; n < 20; n++) {
    const response = await fetch(`${limited.url}/v1/products/1`, { method: 'OPTIONS', headers: preflight })
    expect(response.status).toBe(204)
  }
  expect((await limited.rest('POST /products', { body: { name: 'Belt', price: 1 } })).status).toBe(201)
})

test('a refused caller reads the same time from RateLimit as from Retry-After', async () => {
  let refused = await limited.rest('POST /products', { body: { name: 'Belt', price: 1 } })
  for (let n = 0; n < 3 && refused.status !== 429; n++)
    refused = await limited.rest('POST /products', { body: { name: 'Belt', price: 1 } })
  expect(refused.status).toBe(429)
  const [, seconds] = /r=0;t=(\d+)$/.exec(refused.headers.get('ratelimit') ?? '') ?? []
  expect(refused.headers.get('retry-after')).toBe(seconds ?? 'none')
})

test('a merge patch is what PATCH takes', async () => {
  const response = await ask(
    '/v1/products/1',
    { 'content-type': 'application/merge-patch+json' },
    { method: 'PATCH', body: '{"sku":"B1"}' },
  )
  expect(await response.json()).toMatchObject({ sku: 'B1', price: '9.90' })
})

describe('Content-Encoding of a body', () => {
  const csv = 'sku,name,price\nG1,Glove,5.00\n'

  test('gzip is taken, of JSON and of files', async () => {
    const gzip = { 'content-encoding': 'gzip' }
    const created = await ask(
      '/v1/products',
      { ...json, ...gzip },
      { method: 'POST', body: Bun.gzipSync('{"name":"Scarf","price":"4.00"}') },
    )
    expect(await created.json()).toMatchObject({ name: 'Scarf', price: '4.00' })
    const imported = await ask(
      '/v1/products/import',
      { 'content-type': 'text/csv', ...gzip },
      { method: 'POST', body: Bun.gzipSync(csv) },
    )
    expect(await imported.json()).toMatchObject({ created: 1, rejected: [] })
  })

  test('little that becomes much is refused as what it becomes', async () => {
    const body = Bun.gzipSync(`{"name":"${'x'.repeat(30_000_000)}"}`)
    expect(body.byteLength).toBeLessThan(100_000)
    const response = await ask(
      '/v1/products',
      { ...json, 'content-encoding': 'gzip' },
      { method: 'POST', body },
    )
    expect(response.status).toBe(413)
  })

  test.each([
    ['gzip', 400, 'BODY_UNREADABLE'],
    ['br', 415, 'CODING_UNSUPPORTED'],
    ['gzip, gzip', 415, 'CODING_UNSUPPORTED'],
  ])('%s that is none is %d', async (coding, status, code) => {
    for (const [path, type] of [
      ['/v1/products', 'application/json'],
      ['/v1/products/import', 'text/csv'],
    ] as const) {
      const response = await ask(
        path,
        { 'content-type': type, 'content-encoding': coding },
        { method: 'POST', body: csv },
      )
      expect(response.status).toBe(status)
      expect(response.headers.get('accept-encoding')).toBe(status === 415 ? 'gzip' : null)
      expect(await codeOf(response)).toBe(code)
    }
  })
})

test('the type of every problem is the address of a page about it', async () => {
  const refused = await ask('/v1/products/4711', {})
  const { type } = (await refused.json()) as { type: string }
  expect(type).toBe('/problems/product-not-found')
  expect(await (await ask(type, {})).text()).toContain('PRODUCT_NOT_FOUND')
  const list = await (await ask('/problems', {})).text()
  for (const code of Object.keys(PROBLEMS)) {
    const path = `/problems/${code.toLowerCase().replaceAll('_', '-')}`
    expect(list).toContain(`href="${path}"`)
    expect((await ask(path, {})).status).toBe(200)
  }
})
