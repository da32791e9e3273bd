/** What is told of requests: in the log, and in `Server-Timing`. */
import { afterAll, expect, test } from 'bun:test'
import { spawnServer, urlOf } from '#scripts/lab/harness/server-process.ts'
import { temporaryFolder } from '#scripts/lab/harness/test-server.ts'

const resources = new AsyncDisposableStack()
afterAll(() => resources.disposeAsync())

type Line = Record<string, unknown>

/** @returns what the server wrote of the requests, after it has ended */
async function logOf(level: string, ask: (url: string) => Promise<void>): Promise<Line[]> {
  const folder = resources.use(await temporaryFolder())
  const server = spawnServer(folder.path, { LOG_LEVEL: level, ADS_SOURCE: 'demo' })
  await ask(await urlOf(server))
  server.kill('SIGTERM')
  const text = await new Response(server.stderr).text()
  await server.exited
  const lines = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line)
  return lines.filter(({ msg }) => msg === 'request')
}

const json = { 'content-type': 'application/json' }

test('a write and a refusal leave a line with request id, caller, route and duration; a read that went well at debug', async () => {
  const ask = async (url: string) => {
    const body = JSON.stringify({ name: 'Belt', price: '9.90' })
    await fetch(`${url}v1/products`, {
      method: 'POST',
      headers: { ...json, 'x-request-id': 'order-1' },
      body,
    })
    await fetch(`${url}v1/products/1`, { headers: { 'x-request-id': 'read-1' } })
    await fetch(`${url}v1/products/2?fields=all`, { headers: { 'x-request-id': 'read-2' } })
  }
  const ids = (lines: Line[]) => lines.map((line) => line['request_id'])
  const info = await logOf('info', ask)
  expect(ids(info)).toEqual(['order-1', 'read-2'])
  expect(info[0]).toMatchObject({
    caller: 'anyone',
    method: 'POST',
    path: '/v1/products',
    route: '/v1/products',
    status: 201,
    duration_ms: expect.any(Number),
  })
  expect(info[1]).toMatchObject({ path: '/v1/products/2', route: '/v1/products/:id', status: 422 })
  expect(ids(await logOf('debug', ask))).toEqual(['order-1', 'read-1', 'read-2'])
})

test('neither query, key, body nor cookie is in the log, and no line can be forged', async () => {
  const lines = await logOf('debug', async (url) => {
    const headers = { ...json, authorization: 'Bearer ak_abcdefgh_0123456789abcdef', cookie: 'session=tasty' }
    await fetch(`${url}v1/products/search?q=private-search`, { headers })
    const body = JSON.stringify({ name: 'private-name', price: '1' })
    await fetch(`${url}v1/products`, { method: 'POST', headers, body })
    await fetch(`${url}v1/%0A%7B%22level%22%3A60%7D`, { headers: { 'x-request-id': 'x"}{"level":60' } })
  })
  expect(lines).toHaveLength(3)
  expect(lines.every(({ level }) => level === 20 || level === 30)).toBe(true)
  expect(JSON.stringify(lines)).not.toMatch(/private|ak_|tasty/)
})

test('Server-Timing says how long the work took, where there was work', async () => {
  await logOf('silent', async (url) => {
    const body = JSON.stringify({ name: 'Belt', price: '9.90' })
    const timing = async (path: string, init?: RequestInit) =>
      (await fetch(url + path, init)).headers.get('server-timing')
    const took = /^run;dur=\d+\.\d\d$/
    expect(await timing('v1/products', { method: 'POST', headers: json, body })).toMatch(took)
    expect(await timing('v1/products/1')).toMatch(took)
    expect(await timing('v1/products/1')).toBeNull()
    expect(await timing('trpc/products.get?input=%7B%22id%22%3A1%7D')).toMatch(took)
  })
})
