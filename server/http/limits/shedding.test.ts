import { expect, test } from 'bun:test'
import { SQL } from 'bun'
import { connect, type Socket } from 'node:net'
import { temporaryPostgres } from '#db/postgres.testing.ts'
import { until } from '#scripts/lab/harness/until.ts'
import { metricOf, startTestServer, type TestServer } from '#scripts/lab/harness/test-server.ts'
import { createMetrics } from '#server/platform/metrics.ts'
import { createShedding, MAX_IN_FLIGHT, MAX_OPEN } from './shedding.ts'

/** Sockets of our own: the runtime's HTTP client has too few connections to be a flood. */
function send(server: TestServer, head: string): { socket: Socket; answer: Promise<string> } {
  const { hostname, port } = new URL(server.url)
  const socket = connect(Number(port), hostname)
  const answer = Promise.withResolvers<string>()
  socket.setEncoding('latin1')
  socket.once('data', (first: string) => answer.resolve(first))
  socket.on('error', answer.reject)
  socket.write(`${head}Host: x\r\n\r\n`)
  return { socket, answer: answer.promise }
}

test('when the database hangs, reads beyond the bound are refused at once; writes and health are not', async () => {
  // A process that is stopped may hold a lock of the whole server.
  const DATABASE_URL = await temporaryPostgres('own')
  await using server = await startTestServer({ DATABASE_URL })
  await using admin = new SQL({ url: DATABASE_URL, max: 1 })
  await server.rest('GET /products/1')
  const backends: { pid: number }[] =
    await admin`select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`
  const signal = (name: 'SIGSTOP' | 'SIGCONT') => {
    for (const { pid } of backends) process.kill(pid, name)
  }
  const inFlight = async () => await metricOf(server.url, 'adstock_requests_in_flight')
  const surplus = 20
  signal('SIGSTOP')
  const sent: Socket[] = []
  try {
    const reads = Array.from({ length: MAX_IN_FLIGHT.read + surplus }, (_, n) => {
      const { socket, answer } = send(server, `GET /v1/products/${n + 1} HTTP/1.1\r\n`)
      sent.push(socket)
      return answer
    })
    const shed = async (kind: string) => await metricOf(server.url, `adstock_shed_total{kind="${kind}"}`)
    await until('the surplus is refused', async () => (await shed('read')) >= surplus)
    const refused = await Promise.race(reads)
    expect(refused).toStartWith('HTTP/1.1 503')
    expect(refused).toMatch(/retry-after: \d+/i)
    expect(refused).toContain('"code":"UNAVAILABLE"')
    expect((await fetch(`${server.url}/livez`)).status).toBe(200)

    const write = send(server, 'DELETE /v1/products/4711 HTTP/1.1\r\n')
    sent.push(write.socket)
    await until('something waits', async () => (await inFlight()) >= 1)
    expect(await shed('write')).toBe(0)
  } finally {
    signal('SIGCONT')
  }
  await until('the database answers', async () => (await server.rest('GET /products/4711')).status === 404)
  for (const socket of sent) socket.destroy()
  await until('nothing waits', async () => (await inFlight()) === 0)
})

test('one caller has so many streams of events and no more; who leaves makes room', async () => {
  await using server = await startTestServer()
  const open = () => send(server, 'GET /v1/changes HTTP/1.1\r\nAccept: text/event-stream\r\n')
  const streams = Array.from({ length: MAX_OPEN.events.ofOneCaller }, open)
  for (const { answer } of streams) expect(await answer).toStartWith('HTTP/1.1 200')
  const refused = open()
  expect(await refused.answer).toMatch(/^HTTP\/1.1 503[^]*retry-after: \d+/i)
  const overTrpc = await fetch(`${server.url}/trpc/products.onChange`)
  expect(overTrpc.status).toBe(503)
  expect(overTrpc.headers.get('retry-after')).toMatch(/^\d+$/)
  expect(await metricOf(server.url, 'adstock_shed_total{kind="events"}')).toBe(2)
  expect((await server.rest('GET /changes')).status).toBe(200)

  const streaming = async () => await metricOf(server.url, 'adstock_open_answers{kind="events"}')
  streams[0]?.socket.destroy()
  await until('one has left', async () => (await streaming()) < MAX_OPEN.events.ofOneCaller)
  const next = open()
  expect(await next.answer).toStartWith('HTTP/1.1 200')
  for (const { socket } of [...streams, refused, next]) socket.destroy()
  await until('all have left', async () => (await streaming()) === 0)
})

test('files and streams give their places back, whether they end well or not', async () => {
  await using server = await startTestServer()
  for (let n = 0; n < MAX_OPEN.file.ofOneCaller + 2; n += 1) {
    const exported = await fetch(`${server.url}/v1/products.csv`)
    expect([exported.status, await exported.text()]).toEqual([200, expect.stringContaining('id,sku,name')])
    const imported = await fetch(`${server.url}/v1/products/import`, { method: 'POST', body: 'no CSV' })
    expect(imported.status).toBe(415)
  }
  expect(await metricOf(server.url, 'adstock_open_answers{kind="file"}')).toBe(0)
})

test.each(['text/csv', 'text/tab-separated-values', 'application/xml', 'text/plain'])(
  'a file of %s keeps its place until it is read, or left',
  async (type) => {
    const shedding = createShedding(createMetrics())
    const open = () => shedding.enter('one', { policy: 'search', cost: 1, holdsOpen: 'file' })
    const answers = Array.from({ length: MAX_OPEN.file.ofOneCaller }, () => {
      const slot = open()
      if ('refusal' in slot) throw slot.refusal
      const body = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(9)) })
      return slot.leaveAfter(new Response(body, { headers: { 'content-type': `${type}; charset=utf-8` } }))
    })
    expect(open()).toMatchObject({ refusal: { code: 'UNAVAILABLE' } })
    await (await answers[0])?.body?.cancel()
    expect(open()).not.toHaveProperty('refusal')
  },
)
