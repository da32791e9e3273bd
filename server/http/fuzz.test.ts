/** Requests made up from the OpenAPI document: whatever comes, the answer is one that is documented. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { startTestServer, type TestServer } from '#scripts/lab/harness/test-server.ts'

/** `FUZZ_REQUESTS=100000 bun test server/http/fuzz.test.ts` for a long run. */
const REQUESTS = Number(process.env['FUZZ_REQUESTS'] ?? 3000)

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
  for (let n = 0; n < 5; n += 1) {
    await server.client.products.create.mutate({ name: `Thing ${n}`, price: n, stock_level: n })
  }
})
afterAll(() => server[Symbol.asyncDispose]())

interface Operation {
  method: string
  path: string
  parameters?: { name: string; in: string }[]
  bodyFields: string[]
  statuses: Set<string>
}

async function operations(): Promise<Operation[]> {
  const { paths } = await (await fetch(`${server.url}/openapi.json`)).json()
  return Object.entries<Record<string, never>>(paths).flatMap(([path, methods]) =>
    // oxlint-disable-next-line typescript/no-explicit-any -- a JSON document
    Object.entries<any>(methods).map(([method, { parameters, requestBody, responses }]) => ({
      method: method.toUpperCase(),
      path,
      parameters,
      bodyFields: Object.keys(requestBody?.content['application/json']?.schema.properties ?? {}),
      statuses: new Set(Object.keys(responses)),
    })),
  )
}

const oddText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '',
    '0',
    '-1',
    '1',
    '2',
    '1e9',
    '99999999999999999999',
    'NaN',
    'null',
    'true',
    '__proto__',
    '"',
    '%00',
    '2026-02-30',
    '../..',
    "';--",
  ),
)
const oddValue = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  oddText,
  fc.integer(),
  fc.double(),
  fc.constantFrom(1, 2, 3, '1.00', null, true),
)

function requestTo(operation: Operation) {
  const path = operation.path.replaceAll(/\{\w+\}/g, '{}')
  const places = fc.array(fc.oneof(fc.constantFrom('1', '2', '3'), oddText), { minLength: 3, maxLength: 3 })
  const queryNames = (operation.parameters ?? [])
    .filter((parameter) => parameter.in === 'query')
    .map(({ name }) => name)
  const query = fc.dictionary(
    queryNames.length > 0 ? fc.oneof(fc.constantFrom(...queryNames), oddText) : oddText,
    oddText,
    { maxKeys: 3 },
  )
  const fields =
    operation.bodyFields.length > 0
      ? fc.dictionary(fc.constantFrom(...operation.bodyFields), oddValue)
      : oddValue
  const body = fc.oneof(
    { weight: 5, arbitrary: fields.map((value) => JSON.stringify(value)) },
    oddText,
    fc.constant('{"a":'),
  )
  const headers = fc.record(
    {
      'content-type': fc.constantFrom(
        'application/json',
        'text/csv',
        'text/plain',
        'application/json; charset=utf-16',
      ),
      'if-match': fc.constantFrom('"1"', '*', 'W/"1"', '"', '1', '"99999999999999999999"'),
      'if-none-match': fc.constantFrom('"1"', '*', 'x'),
      'idempotency-key': fc.constantFrom('a', 'b c', 'x'.repeat(300)),
      'x-request-id': fc.constantFrom('ok', '<bad>'),
    },
    { requiredKeys: ['content-type'] },
  )
  return fc.record({
    operation: fc.constant(operation),
    path: fc.constant(path),
    places,
    query,
    body,
    headers,
  })
}

test(`of ${REQUESTS} made-up requests none fails in a way that is not documented`, async () => {
  // A run of the demo ads per request would test the ads, at length.
  const all = (await operations()).filter(
    ({ method, path }) => !(method === 'POST' && path === '/v1/ads/runs'),
  )
  const request = fc.constantFrom(...all).chain(requestTo)
  await fc.assert(
    fc.asyncProperty(request, async ({ operation, path, places, query, body, headers }) => {
      const filled = places.reduce(
        (text, place) => text.replace('{}', () => encodeURIComponent(place.toWellFormed()) || '0'),
        path,
      )
      const search = new URLSearchParams(
        Object.entries(query).map(([name, value]) => [name.toWellFormed(), value.toWellFormed()]),
      )
      const takesBody = operation.method === 'POST' || operation.method === 'PATCH'
      const response = await fetch(`${server.url}${filled}?${search}`, {
        method: operation.method,
        headers: headers as Record<string, string>,
        ...(takesBody && { body }),
      })
      const text = await response.text()
      const shown = `${operation.method} ${filled}?${search} ${body} → ${response.status} ${text.slice(0, 300)}`
      // An odd place in the path may lead to another address.
      const allowed = new Set([
        ...operation.statuses,
        ...(operation.path.includes('{') ? ['404', '405'] : []),
      ])
      expect(allowed.has(String(response.status)) && response.status < 500, shown).toBe(true)
      if (response.status >= 400) {
        const problem = JSON.parse(text) as Record<string, unknown>
        expect(problem, shown).toMatchObject({
          status: response.status,
          code: expect.any(String),
          request_id: expect.any(String),
        })
        expect(text, shown).not.toMatch(/\bat \S+:\d+:\d+|SQLITE|constraint failed/)
      }
    }),
    { numRuns: REQUESTS },
  )
}, 600_000)
