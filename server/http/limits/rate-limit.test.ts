import { connect } from 'node:net'
import { describe, expect, test } from 'bun:test'
import { Gcra } from '#server/platform/gcra.ts'
import { until } from '#scripts/lab/harness/until.ts'
import { startTestServer } from '#scripts/lab/harness/test-server.ts'
import { problemOf } from '#client/api.ts'
import { callerAddress } from './caller-address.ts'

describe('GCRA', () => {
  const rate = { requests: 10, windowMs: 1000 }

  test('lets the whole limit through at once, then one for each interval', () => {
    let now = 0
    const gcra = new Gcra(() => now)
    const burst = Array.from({ length: 12 }, () => gcra.consume({ caller: 'a', rate, cost: 1 }).allowed)
    expect(burst.filter(Boolean)).toHaveLength(10)
    expect(gcra.consume({ caller: 'a', rate, cost: 1 })).toMatchObject({
      allowed: false,
      remaining: 0,
      retryAfterMs: 100,
      resetMs: 1000,
    })
    now = 100
    expect(gcra.consume({ caller: 'a', rate, cost: 1 })).toMatchObject({ allowed: true, remaining: 0 })
    expect(gcra.consume({ caller: 'a', rate, cost: 1 }).allowed).toBe(false)
    now = 5000
    expect(gcra.consume({ caller: 'a', rate, cost: 1 })).toMatchObject({ allowed: true, remaining: 9 })
  })

  test('a costly request is refused whole, and costs nothing then', () => {
    const gcra = new Gcra(() => 0)
    expect(gcra.consume({ caller: 'a', rate, cost: 8 }).allowed).toBe(true)
    expect(gcra.consume({ caller: 'a', rate, cost: 3 }).allowed).toBe(false)
    expect(gcra.consume({ caller: 'a', rate, cost: 2 }).allowed).toBe(true)
  })

  test('callers do not share', () => {
    const gcra = new Gcra(() => 0)
    gcra.consume({ caller: 'a', rate, cost: 10 })
    expect(gcra.consume({ caller: 'b', rate, cost: 10 }).allowed).toBe(true)
  })
})

describe('the caller’s address', () => {
  const request = (forwarded?: string) =>
    new Request('http://x/', forwarded === undefined ? {} : { headers: { 'x-forwarded-for': forwarded } })

  test.each([
    [undefined, 0, '192.0.2.1'],
    ['203.0.113.9', 0, '192.0.2.1'],
    ['203.0.113.9', 1, '203.0.113.9'],
    ['6.6.6.6, 203.0.113.9', 1, '203.0.113.9'],
    ['203.0.113.9, 198.51.100.1', 2, '203.0.113.9'],
    [undefined, 1, '192.0.2.1'],
    ['6.6.6.6, 203.0.113.9:4711', 1, '203.0.113.9'],
    ['[2001:db8::1]:4711', 1, '2001:db8:0:0::/64'],
    ['unknown', 1, '192.0.2.1'],
    ['x'.repeat(10_000), 1, '192.0.2.1'],
  ])('forwarded %p with %d trusted hops is %s', (forwarded, hops, expected) => {
    expect(callerAddress(request(forwarded), '192.0.2.1', hops)).toBe(expected)
  })

  test.each([
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2:ffff::1', '2001:db8:1:2::/64'],
    ['2001:0db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::ffff:c000:207', '192.0.2.7'],
    ['0:0:0:0:0:ffff:c000:0207', '192.0.2.7'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ])('IPv6 %s counts as %s', (address, expected) => {
    expect(callerAddress(request(), address, 0)).toBe(expected)
  })
})

describe('the server', () => {
  const limits = {
    RATE_LIMIT: 'on',
    RATE_LIMIT_READ: '5/60s',
    RATE_LIMIT_WRITE: '2/60s',
    RATE_LIMIT_SEARCH: '3/60s',
  }

  test('says on every answer what is left, and refuses with how long to wait', async () => {
    await using server = await startTestServer(limits)
    const answers = await Promise.all(Array.from({ length: 8 }, () => server.rest('GET /products/4711')))
    expect(answers.filter(({ status }) => status === 404)).toHaveLength(5)
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(3)
    for (const { status, headers, body } of answers) {
      expect(headers.get('ratelimit-policy')).toBe('"read";q=5;w=60')
      expect(headers.get('ratelimit')).toMatch(/^"read";r=[0-4];t=\d+$/)
      if (status !== 429) continue
      expect(body.code).toBe('RATE_LIMITED')
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
    }
  })

  test('reads, searches and writes have limits of their own; health has none', async () => {
    await using server = await startTestServer(limits)
    const statuses = async (route: string, times: number) =>
      await Promise.all(Array.from({ length: times }, async () => (await server.rest(route)).status))
    expect(await statuses('GET /products/search?q=x', 4)).toContain(429)
    expect(await statuses('DELETE /products/4711', 3)).toContain(429)
    expect(await statuses('GET /products', 4)).not.toContain(429)
    for (let n = 0; n < 10; n += 1) expect((await fetch(`${server.url}/livez`)).status).toBe(200)
  })

  test('a tRPC batch pays for each of its procedures', async () => {
    await using server = await startTestServer(limits)
    await Promise.all(Array.from({ length: 5 }, () => server.client.products.list.query()))
    const error = await server.client.products.list.query().catch((reason: unknown) => reason)
    expect(problemOf(error)).toMatchObject({ code: 'RATE_LIMITED', status: 429 })
  })

  test('what tRPC has in memory pays as well, and once', async () => {
    await using server = await startTestServer(limits)
    const { id } = await server.client.products.create.mutate({ name: 'Belt', price: '9.90' })
    const address = `${server.url}/trpc/products.get?input=${encodeURIComponent(JSON.stringify({ id }))}`
    for (const [tier, left] of [
      [null, 4],
      ['hit', 3],
      ['hit', 2],
    ] as const) {
      const { status, headers } = await fetch(address)
      expect(status).toBe(200)
      if (tier) expect(headers.get('cache-status')).toContain(tier)
      expect(headers.get('ratelimit')).toStartWith(`"read";r=${left};`)
    }
    // It may have become stale: then it takes the way on which it would be counted again.
    await server.client.products.update.mutate({ id, name: 'Strap' })
    expect((await fetch(address)).headers.get('ratelimit')).toStartWith('"read";r=1;')
    expect((await fetch(address)).status).toBe(200)
    const refused = await fetch(address)
    expect(refused.status).toBe(429)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await refused.json()).error.data.problem.code).toBe('RATE_LIMITED')
  })

  test.each([
    ['/v1/products', 'x', 200],
    ['/abc/v1/products', 'x', 404],
    ['/v1/products', 'a/b/c', 400],
    ['/v1/products', 'a?b', 400],
  ])('no Host leads round the limits: %s of %s is %d', async (path, host, status) => {
    await using server = await startTestServer(limits)
    const { hostname, port } = new URL(server.url)
    const socket = connect(Number(port), hostname)
    let received = ''
    socket.on('data', (chunk) => (received += String(chunk)))
    socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
    await until('the head has come', () => received.includes('\r\n\r\n'))
    socket.destroy()
    expect(received).toStartWith(`HTTP/1.1 ${status}`)
    expect(/^ratelimit: "read";r=4/im.test(received)).toBe(status !== 404)
  })

  test('HEAD pays as GET does', async () => {
    await using server = await startTestServer(limits)
    const heads = await Promise.all(
      Array.from({ length: 4 }, () => fetch(`${server.url}/v1/products/search?q=x`, { method: 'HEAD' })),
    )
    expect(heads.filter(({ status }) => status === 200)).toHaveLength(3)
    for (const { headers } of heads) expect(headers.get('ratelimit-policy')).toBe('"search";q=3;w=60')
  })
})
