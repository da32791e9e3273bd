import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import { startTestServer, type TestServer } from '#scripts/lab/harness/test-server.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
  const lines = Array.from({ length: 3000 }, (_, index) => `C-${index},Cup number ${index} 杯,${index}.50,7`)
  const answer = await fetch(`${server.url}/v1/products/import`, {
    method: 'POST',
    headers: { 'content-type': 'text/csv' },
    body: ['sku,name,price,stock_level', ...lines].join('\n'),
  })
  expect(await answer.json()).toMatchObject({ created: 3000 })
})
afterAll(() => server[Symbol.asyncDispose]())

const DECODE = {
  zstd: (bytes: Uint8Array) => zstdDecompressSync(bytes),
  gzip: (bytes: Uint8Array) => gunzipSync(bytes),
  none: (bytes: Uint8Array) => Buffer.from(bytes),
}

/** The answer as it came over the wire, and its text. */
async function ask(path: string, accepted: string, headers: Record<string, string> = {}) {
  const response = await fetch(server.url + path, {
    headers: { 'accept-encoding': accepted, ...headers },
    decompress: false,
  } as RequestInit)
  const bytes = new Uint8Array(await response.arrayBuffer())
  const coding = (response.headers.get('content-encoding') ?? 'none') as keyof typeof DECODE
  return { response, coding, bytes, text: DECODE[coding](bytes).toString() }
}

const LIST = '/v1/products?limit=50'
const TRPC = `/trpc/products.list?input=${encodeURIComponent('{"limit":50}')}`

describe('what is long is compressed', () => {
  for (const path of [LIST, TRPC, '/v1/products.csv', '/metrics']) {
    for (const coding of ['zstd', 'gzip'] as const) {
      test(`${path.split('?')[0]} with ${coding}`, async () => {
        const plain = await ask(path, 'identity')
        const encoded = await ask(path, coding)
        expect([plain.coding, encoded.coding]).toEqual(['none', coding])
        expect(encoded.bytes.length).toBeLessThan(plain.bytes.length / 2)
        if (path !== '/metrics') expect(encoded.text).toBe(plain.text)
        for (const { response } of [plain, encoded])
          expect(response.headers.get('vary')?.split(', ')).toContain('accept-encoding')
      })
    }
  }

  test('an answer of a batch too', async () => {
    const operations = Array.from({ length: 50 }, (_, index) => ({ sku: `C-${index}`, stock_level: 9 }))
    const response = await fetch(`${server.url}/v1/products/batch`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'accept-encoding': 'zstd' },
      body: JSON.stringify({ mode: 'atomic', operations }),
    })
    expect(response.headers.get('content-encoding')).toBe('zstd')
    expect(((await response.json()) as { results: unknown[] }).results).toHaveLength(50)
  })

  test('a hit from memory is the same as a miss', async () => {
    const path = '/v1/products?limit=40'
    const miss = await ask(path, 'zstd')
    const hit = await ask(path, 'zstd')
    expect(hit.response.headers.get('cache-status')).toContain('hit')
    expect(hit.text).toBe(miss.text)
    expect((await ask(path, 'gzip')).text).toBe(miss.text)
  })
})

test.each([
  ['gzip, deflate, br, zstd', 'zstd'],
  ['gzip, deflate, br', 'gzip'],
  ['gzip;q=1, zstd;q=0.2', 'gzip'],
  ['zstd;q=0, gzip;q=0', 'none'],
  ['br', 'none'],
  ['identity, gzip;q=0.5', 'none'],
  ['GZIP', 'gzip'],
  [';;,q=', 'none'],
])('Accept-Encoding: %s → %s', async (accepted, coding) => {
  expect((await ask(LIST, accepted)).coding as string).toBe(coding)
})

describe('entity tags', () => {
  test('each coding has one of its own, and only that is a reason for 304', async () => {
    const tags = await Promise.all(
      ['identity', 'gzip', 'zstd'].map(async (coding) => {
        const { response } = await ask(LIST, coding)
        return [coding, response.headers.get('etag') ?? ''] as const
      }),
    )
    expect(new Set(tags.map(([, tag]) => tag)).size).toBe(3)
    for (const [coding, tag] of tags) {
      expect(tag).toMatch(/^"[^"]+"$/)
      for (const [other] of tags) {
        const { response } = await ask(LIST, other, { 'if-none-match': tag })
        expect(response.status).toBe(other === coding ? 304 : 200)
        expect(response.headers.get('vary')).toBe('accept-encoding')
      }
    }
  })

  test('a product is not compressed: its tag is its version', async () => {
    const created = await server.rest('POST /products', { body: { name: 'x'.repeat(1000), price: 1 } })
    const { response, coding } = await ask(`/v1/products/${created.body.id}`, 'gzip, zstd')
    expect([response.headers.get('etag'), coding]).toEqual(['"1"', 'none'])
  })

  test('If-Match takes the tag of a proxy that names its coding in it', async () => {
    const { body } = await server.rest('POST /products', { body: { name: 'Cap', price: 1 } })
    const patch = (tag: string) =>
      server.rest(`PATCH /products/${body.id}`, { body: { price: 2 }, headers: { 'if-match': tag } })
    expect((await patch('"1-gzip"')).status).toBe(200)
    expect((await patch('"1-gzip"')).status).toBe(412)
    expect((await patch('"2-other"')).status).toBe(412)
  })
})

describe('what is short, or never ends, is sent as it is', () => {
  test.each(['/v1/products?limit=1', '/v1/products.csv?min_price=99999', '/health/live'])(
    '%s',
    async (path) => {
      expect((await ask(path, 'gzip, zstd')).coding).toBe('none')
    },
  )

  test('a stream of events', async () => {
    const response = await fetch(`${server.url}/v1/changes`, {
      headers: { accept: 'text/event-stream', 'accept-encoding': 'gzip, zstd' },
    })
    expect(response.headers.get('content-encoding')).toBeNull()
    await response.body?.cancel()
  })

  test('a tRPC batch whose parts come one by one', async () => {
    const input = encodeURIComponent('{"0":{"limit":50}}')
    const { coding, text } = await ask(`/trpc/products.list?batch=1&input=${input}`, 'gzip', {
      'trpc-accept': 'application/jsonl',
    })
    expect(coding).toBe('none')
    expect(text).toContain('Cup number 3')
  })
})
