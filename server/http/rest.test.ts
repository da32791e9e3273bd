import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { startTestServer, type TestServer } from '#scripts/lab/harness/test-server.ts'

let server: TestServer
let path: string

beforeAll(async () => {
  server = await startTestServer()
  const { headers } = await server.rest('POST /products', {
    body: { name: 'Belt', price: '9.90', sku: 'R-1' },
  })
  path = (headers.get('location') ?? '').replace('/v1', '')
})
afterAll(() => server[Symbol.asyncDispose]())

describe('entity tags', () => {
  test('creating answers 201 with where it is and its tag', async () => {
    const { status, headers, body } = await server.rest('POST /products', { body: { name: 'Hat', price: 1 } })
    expect(status).toBe(201)
    expect(headers.get('location')).toBe(`/v1/products/${body.id}`)
    expect(headers.get('etag')).toBe('"1"')
  })

  test('what one has already is not sent again', async () => {
    const { headers } = await server.rest(`GET ${path}`)
    const etag = headers.get('etag') ?? ''
    for (const known of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
      const again = await server.rest(`GET ${path}`, { headers: { 'if-none-match': known } })
      expect(again).toMatchObject({ status: 304, body: undefined })
      expect(again.headers.get('etag')).toBe(etag)
    }
    expect((await server.rest(`GET ${path}`, { headers: { 'if-none-match': '"x"' } })).status).toBe(200)
  })

  test('a list has a tag too, which changes with what it shows', async () => {
    const before = (await server.rest('GET /products')).headers.get('etag') ?? ''
    expect((await server.rest('GET /products', { headers: { 'if-none-match': before } })).status).toBe(304)
    await server.rest('POST /products', { body: { name: 'New', price: 1 } })
    expect((await server.rest('GET /products', { headers: { 'if-none-match': before } })).status).toBe(200)
  })

  test('reads say how they may be cached', async () => {
    const { headers } = await server.rest(`GET ${path}`)
    expect(headers.get('cache-control')).toBe('private, no-cache')
    expect(headers.get('cache-status')).toMatch(/^adstock; (?:fwd=miss|hit; detail=memory)$/)
  })

  test.each([
    ['"1"', 200],
    ['*', 200],
    ['"7", "1"', 200],
    ['"7"', 412],
    ['W/"1"', 412],
    ['"abc"', 412],
    ['1', 422],
  ])('If-Match: %s → %d', async (tag, status) => {
    const { body } = await server.rest('POST /products', { body: { name: 'Cap', price: 1 } })
    const answer = await server.rest(`PATCH /products/${body.id}`, {
      body: { price: 2 },
      headers: { 'if-match': tag },
    })
    expect(answer.status).toBe(status)
  })
})

describe('requests that cannot be taken', () => {
  const json = { 'content-type': 'application/json' }

  test.each([
    ['GET /nothing', {}, 404, 'ROUTE_NOT_FOUND'],
    ['GET /products/0', {}, 422, 'INVALID_INPUT'],
    ['GET /products/1.5', {}, 422, 'INVALID_INPUT'],
    ['GET /products/99999999999999999999', {}, 422, 'INVALID_INPUT'],
    ['GET /products?limit=0', {}, 422, 'INVALID_INPUT'],
    ['GET /products?limit=1&limit=2', {}, 422, 'INVALID_INPUT'],
    ['GET /products?__proto__=1', {}, 422, 'INVALID_INPUT'],
    ['POST /products', { body: '{"name":', headers: json }, 400, 'BODY_UNREADABLE'],
    ['POST /products', { body: '"text"', headers: json }, 422, 'INVALID_INPUT'],
    [
      'POST /products',
      { body: '{}', headers: { 'content-type': 'text/plain' } },
      415,
      'MEDIA_TYPE_UNSUPPORTED',
    ],
    [
      'POST /products',
      { body: JSON.stringify({ name: 'x'.repeat(2_000_000) }), headers: json },
      413,
      'BODY_TOO_LARGE',
    ],
    ['PATCH /products/1', { body: { id: 2 } }, 422, 'INVALID_INPUT'],
  ])('%s %p → %d %s', async (route, options, status, code) => {
    const answer = await server.rest(route, options)
    expect(answer.status).toBe(status)
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(answer.body).toMatchObject({ status, code, title: expect.any(String), detail: expect.any(String) })
    expect(answer.body.request_id).toBe(answer.headers.get('x-request-id'))
    expect(JSON.stringify(answer.body)).not.toMatch(/ at .+:\d+|select |insert /i)
  })

  test('another method is refused with those that are taken', async () => {
    const { status, headers, body } = await server.rest(`PUT ${path}`, { body: {} })
    expect(status).toBe(405)
    expect(headers.get('allow')).toBe('GET, HEAD, PATCH, DELETE')
    expect(body.code).toBe('METHOD_NOT_ALLOWED')
  })

  test('bytes that are not UTF-8 are refused, not repaired', async () => {
    const body = new Uint8Array([...Buffer.from('{"price":1,"name":"'), 0xff, ...Buffer.from('"}')])
    const response = await fetch(`${server.url}/v1/products`, { method: 'POST', headers: json, body })
    expect(response.status).toBe(400)
  })

  test('outside of the API the answer is a problem as well', async () => {
    const response = await fetch(`${server.url}/nothing/here`)
    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({ code: 'ROUTE_NOT_FOUND', instance: '/nothing/here' })
  })
})

test('a sane request id is kept, another one replaced', async () => {
  const idOf = async (given: string) =>
    (await server.rest(`GET ${path}`, { headers: { 'x-request-id': given } })).headers.get('x-request-id')
  expect(await idOf('order-1001')).toBe('order-1001')
  const made = [await idOf('<script>'), await idOf('x'.repeat(200))]
  expect(made).toEqual([expect.stringMatching(/^[\w-]{16,36}$/), expect.stringMatching(/^[\w-]{16,36}$/)])
  expect(new Set(made).size).toBe(2)
})

test('a list links to its neighbours, and the links work', async () => {
  const { headers } = await server.rest('GET /products?limit=1&sort=-id')
  const next = /<\/v1([^>]+)>; rel="next"/.exec(headers.get('link') ?? '')?.[1] ?? ''
  const second = await server.rest(`GET ${next}`)
  expect(second.body.items).toHaveLength(1)
  expect(second.headers.get('link')).toContain('rel="prev"')
})

test('a batch of which each part has its own status is 207, one for all is 200', async () => {
  const operations = [{ id: 1, delta: 1 }]
  expect((await server.rest('POST /products/batch', { body: { mode: 'per_item', operations } })).status).toBe(
    207,
  )
  expect((await server.rest('POST /products/batch', { body: { mode: 'atomic', operations } })).status).toBe(
    200,
  )
})

test('HEAD answers as GET does, without the body', async () => {
  const head = await server.rest(`HEAD ${path}`)
  expect(head).toMatchObject({ status: 200, body: undefined })
  expect(head.headers.get('etag')).toBe((await server.rest(`GET ${path}`)).headers.get('etag'))
  expect((await fetch(`${server.url}/docs`, { method: 'HEAD' })).status).toBe(200)
})

test('health, readiness, the document and the pages are there', async () => {
  for (const place of [
    '/livez',
    '/readyz',
    '/openapi.json',
    '/docs',
    '/docs/start.js',
    '/docs/swagger-ui-bundle.js',
    '/',
    '/ads',
  ]) {
    expect([place, (await fetch(server.url + place)).status]).toEqual([place, 200])
  }
})
