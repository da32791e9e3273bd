/** Input that is made to be dear: refused as what it is, with an answer that is no multiple of the request. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { NO_ADS } from '#scripts/lab/harness/server-process.ts'
import { startTestServer, type TestServer } from '#scripts/lab/harness/test-server.ts'

const MAX_ANSWER_BYTES = 200 * 1024
const NUMBERS = Array.from({ length: 300_000 }, () => 1)

let server: TestServer
beforeAll(async () => {
  server = await startTestServer({ ADS_SOURCE: NO_ADS })
  await server.rest('POST /products', { body: { name: 'Belt', price: '9.90', sku: 'BELT' } })
})
afterAll(() => server[Symbol.asyncDispose]())

async function send(path: string, body: string, method = 'POST') {
  const response = await fetch(server.url + path, {
    method,
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
    body,
  })
  return { status: response.status, text: await response.text() }
}

describe('a list of 300,000 numbers', () => {
  test.each([
    ['POST', '/v1/products/batch', { mode: 'atomic', operations: NUMBERS }],
    ['POST', '/v1/webhooks', { url: 'https://example.org', events: NUMBERS }],
    ['POST', '/v1/keys', { name: 'x', scopes: NUMBERS }],
    ['POST', '/v1/ads/item-id-rules', { rules: NUMBERS }],
    ['PATCH', '/v1/products/1', { price: '1', version: NUMBERS }],
    ['POST', '/v1/products', NUMBERS],
    ['POST', '/v1/products', { name: NUMBERS, price: '1' }],
  ])('in %s %s is one mistake', async (method, path, body) => {
    const { status, text } = await send(path, JSON.stringify(body), method)
    expect([status, JSON.parse(text).code]).toEqual([422, 'INVALID_INPUT'])
    expect(text.length).toBeLessThan(2_000)
  })

  test('is one over tRPC and of a tool, too', async () => {
    const input = { mode: 'atomic', operations: NUMBERS }
    const overTrpc = await send('/trpc/products.batch', JSON.stringify(input))
    expect(overTrpc.status).toBe(422)
    const call = { name: 'products_batch', arguments: input }
    const ofTool = await send(
      '/mcp',
      JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: call }),
    )
    for (const { text } of [overTrpc, ofTool]) {
      expect(text).toContain('INVALID_INPUT')
      expect(text.length).toBeLessThan(4_000)
    }
  })
})

test.each([
  ['a key of a megabyte', `{"${'x'.repeat(1_000_000)}":1}`],
  ['90,000 keys', `{${Array.from({ length: 90_000 }, (_, n) => `"k${n}":1`).join()}}`],
  ['lists in each other', `{"name":${'['.repeat(500_000)}${']'.repeat(500_000)}}`],
  ['objects in each other', `${'{"a":'.repeat(150_000)}1${'}'.repeat(150_000)}`],
  ['a name of a megabyte', `{"name":"${'x'.repeat(1_000_000)}","price":"1"}`],
  ['a name of spaces', `{"name":"${' '.repeat(1_000_000)}","price":"1"}`],
  ['a name of invisible marks', `{"name":"${'\u{202e}'.repeat(300_000)}","price":"1"}`],
  ['a price of a million digits', `{"name":"x","price":${'9'.repeat(1_000_000)}}`],
  ['a price of a million digits as a text', `{"name":"x","price":"${'9'.repeat(1_000_000)}"}`],
  ['a stock of 1e999', '{"name":"x","price":"1","stock_level":1e999}'],
  ['a name with half a character', String.raw`{"name":"a\ud800b","price":"1"}`],
  ['a name with a NUL', String.raw`{"name":"a\u0000b","price":"1"}`],
  ['__proto__ for a field', '{"__proto__":{"name":"x","price":"1"}}'],
  ['constructor beside fields', '{"constructor":{"prototype":{"name":"x"}},"name":"x","price":"1"}'],
  ['hasOwnProperty beside fields', '{"hasOwnProperty":1,"name":"x","price":"1"}'],
])('%s is refused in few words', async (_, body) => {
  const { status, text } = await send('/v1/products', body)
  expect([status, JSON.parse(text).code]).toEqual([422, 'INVALID_INPUT'])
  expect(text.length).toBeLessThan(2_000)
  expect(Object.prototype).not.toHaveProperty('name')
})

test('of a field that comes twice the last one counts, as for every reader of JSON', async () => {
  const { status, text } = await send('/v1/products', '{"name":"first","price":"1","name":"last"}')
  expect([status, JSON.parse(text).name]).toEqual([201, 'last'])
})

test('a thousand operations with mistakes in each are named as far as it helps', async () => {
  const operations = Array.from({ length: 1_000 }, () => ({ id: -1, version: 'x', name: '', delta: 0.5 }))
  const { status, text } = await send('/v1/products/batch', JSON.stringify({ mode: 'atomic', operations }))
  const { errors, detail } = JSON.parse(text)
  expect([status, errors.length]).toEqual([422, 1_000])
  expect(detail).toEndWith('more')
  expect(text.length).toBeLessThan(MAX_ANSWER_BYTES)
})

test('what grows as it is unpacked is refused by what it is', async () => {
  const body = Bun.gzipSync(Buffer.alloc(30 * 1024 ** 2, ' '))
  const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' }
  for (const path of ['/trpc/products.create', '/mcp']) {
    const response = await fetch(server.url + path, { method: 'POST', headers, body })
    expect(await response.text()).toContain('BODY_TOO_LARGE')
    expect(response.status).toBe(413)
  }
})

const LINES: [string, string][] = [
  ['a line without an end', 'x'.repeat(3_000_000)],
  ['a million cells', 'x,'.repeat(1_000_000)],
  ['a quote that is never closed', `"${'x,1\n'.repeat(8_000)}`],
  ['quotes', '"'.repeat(1_000_000)],
]
test.each(LINES)('an import with %s loses that, and no other line', async (_, line) => {
  const sku = crypto.randomUUID()
  const response = await fetch(`${server.url}/v1/products/import`, {
    method: 'POST',
    headers: { 'content-type': 'text/csv' },
    body: `sku,name,price\n${sku},Belt,9.90\n${line}\n${sku}-last,Belt,9.90\n`,
  })
  const summary = await response.json()
  expect(response.status).toBe(200)
  expect(summary.created).toBe(2)
  expect(summary.rejected.length).toBeGreaterThan(0)
})
