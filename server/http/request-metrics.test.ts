import { expect, test } from 'bun:test'
import { startTestServer, type TestServer } from '#scripts/lab/harness/test-server.ts'

async function samples(server: TestServer): Promise<Map<string, number>> {
  const response = await fetch(`${server.url}/metrics`)
  expect(response.headers.get('content-type')).toStartWith('text/plain')
  const lines = (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(lines.map((line) => [line.replace(/ \S+$/, ''), Number(/\S+$/.exec(line)?.[0])]))
}

const counted = (method: string, route: string, status: number) =>
  `http_request_duration_seconds_count{method="${method}",route="${route}",status="${status}"}`

test('requests are counted by method, route and status, and never by their path', async () => {
  await using server = await startTestServer()
  await server.rest('POST /products', { body: { name: 'Belt', price: '1' } })
  for (const id of [1, 1, 4711]) await server.rest(`GET /products/${id}`)
  await fetch(`${server.url}/no/such/page`)
  await server.client.products.list.query()

  const found = await samples(server)
  expect(found.get(counted('POST', '/v1/products', 201))).toBe(1)
  expect(found.get(counted('GET', '/v1/products/:id', 200))).toBe(2)
  expect(found.get(counted('GET', '/v1/products/:id', 404))).toBe(1)
  expect(found.get(counted('GET', 'none', 404))).toBe(1)
  expect(found.get(counted('GET', '/trpc/*', 200))).toBe(1)
  expect([...found.keys()].some((key) => /4711|such/.test(key))).toBe(false)
  expect(found.get('process_resident_memory_bytes')).toBeGreaterThan(1e6)
})

test('buckets add up, and each server counts its own', async () => {
  await using server = await startTestServer()
  await using other = await startTestServer()
  await server.rest('GET /products')
  const labels = 'method="GET",route="/v1/products",status="200"'
  const buckets = [...(await samples(server))].filter(
    ([key]) => key.includes('_bucket{') && key.includes(labels),
  )
  const counts = buckets.map(([, count]) => count)
  expect(buckets.at(-1)).toEqual([`http_request_duration_seconds_bucket{${labels},le="+Inf"}`, 1])
  expect(counts).toEqual(counts.toSorted((a, b) => a - b))
  expect([...(await samples(other)).keys()].some((key) => key.includes(labels))).toBe(false)
})

test('refusals for too many requests are counted by their policy', async () => {
  await using server = await startTestServer({ RATE_LIMIT: 'on', RATE_LIMIT_READ: '2/60s' })
  for (let n = 0; n < 5; n++) await server.rest('GET /products')
  const found = await samples(server)
  expect(found.get('adstock_rate_limited_total{policy="read"}')).toBe(3)
  expect(found.get(counted('GET', '/v1/products', 429))).toBe(3)
})

/** The rules of the text format that `promtool check metrics` applies; an empty list means that they hold. */
function formatErrors(text: string): string[] {
  const errors: string[] = []
  const types = new Map<string, string>()
  const helped = new Set<string>()
  const series = new Set<string>()
  for (const line of text.split('\n').filter((each) => each !== '')) {
    const [, help] = /^# HELP (\S+) \S/.exec(line) ?? []
    const [, typed, type] = /^# TYPE (\S+) (counter|gauge|histogram|summary)$/.exec(line) ?? []
    const [, sample] = /^([a-z_:][a-z0-9_:]*)(?:\{[^}]*\})? -?(?:[\d.e+-]+|NaN|\+Inf)$/i.exec(line) ?? []
    if (help !== undefined) helped.add(help)
    else if (typed !== undefined && type !== undefined) {
      if (types.has(typed)) errors.push(`two types of ${typed}`)
      if (!helped.has(typed)) errors.push(`no help for ${typed}`)
      if ((type === 'counter') !== typed.endsWith('_total')) errors.push(`${typed} is a ${type}`)
      types.set(typed, type)
    } else if (sample !== undefined) {
      const name = types.has(sample) ? sample : sample.replace(/_(?:bucket|sum|count)$/, '')
      if (!types.has(name)) errors.push(`no type of ${sample}`)
      const key = line.replace(/ \S+$/, '')
      if (series.has(key)) errors.push(`twice: ${key}`)
      series.add(key)
    } else errors.push(`unreadable: ${line}`)
  }
  return errors
}

test('the text of /metrics obeys the format, and says counter of what only grows', async () => {
  await using server = await startTestServer({ RATE_LIMIT: 'on' })
  const { body } = await server.rest('POST /products', { body: { name: 'Belt', price: '1' } })
  for (let n = 0; n < 3; n++) await server.rest(`GET /products/${body.id}`)
  const text = await (await fetch(`${server.url}/metrics`)).text()
  expect(formatErrors(text)).toEqual([])
  expect(formatErrors('# HELP a_total x\n# TYPE a_total gauge\na_total 1')).toEqual(['a_total is a gauge'])

  const promtool = Bun.which('promtool')
  if (promtool === null) return
  const check = Bun.spawn([promtool, 'check', 'metrics'], { stdin: new Blob([text]), stderr: 'pipe' })
  expect({ code: await check.exited, said: await new Response(check.stderr).text() }).toEqual({
    code: 0,
    said: '',
  })
})

test('a quiet server, whose page was read, tells little', async () => {
  await using server = await startTestServer({ RATE_LIMIT: 'on' })
  for (const path of ['/', '/docs', '/openapi.json', '/docs/start.js', '/docs/swagger-ui.css', '/problems'])
    await fetch(server.url + path)
  const reads = [
    'products',
    'products/search?q=x',
    'products/1',
    'ads/days',
    'ads/report',
    'ads/runs',
    'changes',
  ]
  for (const path of reads) await server.rest(`GET /${path}`)
  for (const path of ['livez', 'readyz', 'session']) await fetch(`${server.url}/${path}`)
  const text = await (await fetch(`${server.url}/metrics`)).text()
  expect(text).toContain('route="files"')
  expect(text).not.toContain('swagger')
  expect(text.length).toBeLessThan(40_000)
})
