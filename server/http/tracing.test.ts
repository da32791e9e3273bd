/** A request's place in a trace: in the log, at Google, and at a collector. */
import { afterAll, expect, test } from 'bun:test'
import { spawnServer, urlOf } from '#scripts/lab/harness/server-process.ts'
import { metricOf, startTestServer, temporaryFolder } from '#scripts/lab/harness/test-server.ts'
import { until } from '#scripts/lab/harness/until.ts'
import { continuedTrace, newTrace, traceparentOf } from '#server/platform/trace.ts'

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c'
const PARENT_ID = 'b7ad6b7169203331'
const traceparent = `00-${TRACE_ID}-${PARENT_ID}-01`

const resources = new AsyncDisposableStack()
afterAll(() => resources.disposeAsync())

test.each([
  traceparent.replace('00-', 'ff-'),
  traceparent.toUpperCase(),
  `00-${'0'.repeat(32)}-${PARENT_ID}-01`,
  `00-${TRACE_ID}-${'0'.repeat(16)}-01`,
  '',
  null,
])('%p begins no trace', (header) => {
  expect(continuedTrace(header)).toBeUndefined()
})

test('a trace goes on under its id, with a place of its own, and as sampled as it came', () => {
  const trace = continuedTrace(traceparent)
  expect(trace).toMatchObject({ traceId: TRACE_ID, parentId: PARENT_ID, sampled: true })
  expect(trace?.spanId).toMatch(/^(?!b7ad6b7169203331)[\da-f]{16}$/)
  expect(continuedTrace(`00-${TRACE_ID}-${PARENT_ID}-00`)?.sampled).toBe(false)
  expect(continuedTrace(traceparentOf(newTrace()))).toBeDefined()
})

test('the log has the id of the trace', async () => {
  const folder = resources.use(await temporaryFolder())
  const server = spawnServer(folder.path, { LOG_LEVEL: 'debug' })
  const url = await urlOf(server)
  await fetch(`${url}v1/products/1`, { headers: { traceparent } })
  server.kill('SIGTERM')
  const lines = (await new Response(server.stderr).text())
    .split('\n')
    .filter((line) => line.includes('"request"'))
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { route: '/v1/products/:id', trace_id: TRACE_ID },
  ])
  await server.exited
})

test('what is asked of Google is part of the trace', async () => {
  const heard: (string | null)[] = []
  const google = Bun.serve({
    port: 0,
    fetch(request) {
      if (request.url.endsWith('/token')) return Response.json({ access_token: 'ya29.x', expires_in: 3600 })
      heard.push(request.headers.get('traceparent'))
      return Response.json(
        { error: { code: 403, status: 'PERMISSION_DENIED', message: 'no' } },
        { status: 403 },
      )
    },
  })
  resources.defer(() => google.stop(true))
  await using server = await startTestServer({
    GOOGLE_ADS_CLIENT_ID: 'x',
    GOOGLE_ADS_CLIENT_SECRET: 'x',
    GOOGLE_ADS_REFRESH_TOKEN: 'x',
    GOOGLE_ADS_CUSTOMER_ID: '1234567890',
    GOOGLE_ADS_ENDPOINT: google.url.origin,
    GOOGLE_OAUTH_ENDPOINT: `${google.url.origin}/token`,
  })
  for (const route of ['POST /ads/check', 'POST /ads/runs']) {
    heard.length = 0
    await server.rest(route, { body: {}, headers: { traceparent } })
    const [sent] = (await until('Google is asked', async () => (heard.length > 0 ? heard : undefined))) ?? []
    expect(continuedTrace(sent ?? null)).toMatchObject({ traceId: TRACE_ID, sampled: true })
    expect(sent).not.toBe(traceparent)
  }
  // Over tRPC as well, whose requests are read before they are answered.
  heard.length = 0
  await fetch(`${server.url}/trpc/ads.check`, {
    method: 'POST',
    headers: { traceparent, 'content-type': 'application/json' },
    body: '{}',
  })
  expect(heard[0]).toContain(TRACE_ID)
})

// oxlint-disable-next-line typescript/no-explicit-any -- a JSON document
type Received = any

function collector(status: number) {
  const received: { headers: Headers; body: Received }[] = []
  const server = Bun.serve({
    port: 0,
    async fetch(request) {
      received.push({ headers: request.headers, body: await request.json() })
      return new Response(null, { status })
    },
  })
  resources.defer(() => server.stop(true))
  return { url: server.url.origin, received }
}

test('a collector is sent a span of each request, within its trace', async () => {
  const { url, received } = collector(200)
  await using server = await startTestServer({
    OTEL_EXPORTER_OTLP_ENDPOINT: url,
    OTEL_EXPORTER_OTLP_HEADERS: 'api-key=a%20b',
  })
  await server.rest('GET /products/4711', { headers: { traceparent, 'x-request-id': 'order-1' } })
  await server.rest('GET /products/1', { headers: { traceparent: traceparent.replace(/01$/, '00') } })
  const spans = () =>
    received.flatMap(({ body }) => body.resourceSpans.flatMap((each: Received) => each.scopeSpans[0].spans))
  await until('spans arrive', async () => spans().length > 0)
  expect(received[0]?.headers.get('api-key')).toBe('a b')
  expect(spans()).toHaveLength(1)
  const [span] = spans()
  expect(span).toMatchObject({
    traceId: TRACE_ID,
    parentSpanId: PARENT_ID,
    name: 'GET /v1/products/:id',
    kind: 2,
    attributes: expect.arrayContaining([
      { key: 'http.response.status_code', value: { intValue: '404' } },
      { key: 'adstock.request_id', value: { stringValue: 'order-1' } },
    ]),
  })
  expect(BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano)).toBeGreaterThan(0n)
  expect(Math.abs(Number(BigInt(span.endTimeUnixNano) / 1_000_000n) - Date.now())).toBeLessThan(60_000)
})

test('a collector that takes nothing costs spans, which are counted, and no request', async () => {
  const { url, received } = collector(503)
  await using server = await startTestServer({ OTEL_EXPORTER_OTLP_ENDPOINT: url })
  expect((await server.rest('GET /products')).status).toBe(200)
  await until('the collector refuses', async () => received.length > 0)
  await until('they are counted', async () => (await metricOf(server.url, 'adstock_spans_dropped_total')) > 0)
})
