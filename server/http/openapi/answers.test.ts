/** What the server answers is what /openapi.json says: status, media type, headers and shape. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { startTestServer, type TestServer } from '#scripts/lab/harness/test-server.ts'

// oxlint-disable-next-line typescript/no-explicit-any -- a JSON document
let document: any
let server: TestServer
let validatorOf: (pointer: readonly string[]) => ValidateFunction

beforeAll(async () => {
  server = await startTestServer({ RATE_LIMIT: 'on' })
  await server.client.products.create.mutate({ name: 'Belt', sku: 'B1', price: '9.90', stock_level: 3 })
  document = await (await fetch(`${server.url}/openapi.json`)).json()
  const ajv = new Ajv2020({ strict: false, validateFormats: false })
  ajv.addSchema(document, 'document')
  const escaped = (part: string) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))
  validatorOf = (pointer) => ajv.compile({ $ref: `document#/${pointer.map(escaped).join('/')}` })
})
afterAll(() => server[Symbol.asyncDispose]())

/** Where the description of this answer stands, a reference followed. */
function placeOf(path: string, method: string, status: number): string[] {
  const place = ['paths', path, method.toLowerCase(), 'responses', String(status)]
  const described = place.reduce((part, key) => part?.[key], document)
  expect({ path, method, status, described }).toMatchObject({ described: expect.anything() })
  return typeof described.$ref === 'string' ? described.$ref.slice(2).split('/') : place
}

test.each([
  ['GET', '/v1/products/{id}', '/v1/products/1', undefined, 200],
  ['GET', '/v1/products/{id}', '/v1/products/9', undefined, 404],
  ['GET', '/v1/products/{id}', '/v1/products/x', undefined, 422],
  ['GET', '/v1/products', '/v1/products?limit=1&count=exact', undefined, 200],
  ['GET', '/v1/products', '/v1/products?sort=colour', undefined, 422],
  ['GET', '/v1/products/search', '/v1/products/search?q=belt', undefined, 200],
  ['POST', '/v1/products', '/v1/products', { name: 'Hat', price: '5.00' }, 201],
  ['POST', '/v1/products', '/v1/products', { name: 'Hat', price: '5.00', sku: 'B1' }, 409],
  ['PATCH', '/v1/products/{id}', '/v1/products/1', { price: '8.00' }, 200],
  ['PATCH', '/v1/products/{id}', '/v1/products/1', { price: '7.00', version: 77 }, 412],
  [
    'POST',
    '/v1/products/{id}/stock-adjustments',
    '/v1/products/1/stock-adjustments',
    { delta: -1, reason: 'sold' },
    201,
  ],
  [
    'POST',
    '/v1/products/{id}/stock-adjustments',
    '/v1/products/1/stock-adjustments',
    { delta: -99, reason: 'sold' },
    409,
  ],
  ['GET', '/v1/products/{id}/stock-adjustments', '/v1/products/1/stock-adjustments', undefined, 200],
  [
    'POST',
    '/v1/products/batch',
    '/v1/products/batch',
    {
      mode: 'per_item',
      operations: [
        { id: 1, price: '6.00' },
        { id: 99, price: '1.00' },
      ],
    },
    207,
  ],
  [
    'POST',
    '/v1/products/batch',
    '/v1/products/batch',
    { mode: 'atomic', operations: [{ id: 99, price: '1.00' }] },
    409,
  ],
  ['GET', '/v1/changes', '/v1/changes?after=0', undefined, 200],
  ['GET', '/v1/ads/days', '/v1/ads/days?from=2026-01-01&to=2026-01-02', undefined, 200],
  ['GET', '/v1/ads/report', '/v1/ads/report?from=2026-01-01&to=2026-01-02&group_by=date', undefined, 200],
  ['GET', '/v1/ads/runs', '/v1/ads/runs', undefined, 200],
  ['DELETE', '/v1/products/{id}', '/v1/products/2', undefined, 204],
  ['GET', '/readyz', '/readyz', undefined, 200],
  ['GET', '/session', '/session', undefined, 200],
] as const)('%s %s: %s %o → %d', async (method, path, address, body, status) => {
  const answer = await fetch(server.url + address, {
    method,
    ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  })
  const text = await answer.text()
  expect({ status: answer.status, text }).toMatchObject({ status })
  const place = placeOf(path, method, status)
  const described = place.reduce((part, key) => part[key], document)
  for (const name of ['X-Request-Id', 'RateLimit', 'RateLimit-Policy'])
    if (described.headers?.[name] !== undefined) expect(answer.headers.get(name)).toBeString()
  const [type = ''] = (answer.headers.get('content-type') ?? '').split(';')
  if (status === 204) return expect(text).toBe('')
  expect(Object.keys(described.content)).toContain(type)
  const validate = validatorOf([...place, 'content', type, 'schema'])
  validate(JSON.parse(text))
  expect(validate.errors).toBeNull()
})

test('an answer of another shape is noticed', () => {
  const validate = validatorOf(['components', 'schemas', 'VersionMismatch'])
  expect(validate({ code: 'VERSION_MISMATCH' })).toBe(false)
})
