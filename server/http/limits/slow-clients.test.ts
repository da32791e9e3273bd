/**
 * Raw sockets: no HTTP client is as slow or as broken as what a server has to bear.
 * What waits long stands together, and waits at the same time.
 */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { connect } from 'node:net'
import { until } from '#scripts/lab/harness/until.ts'
import { metricOf, startTestServer, type TestServer } from '#scripts/lab/harness/test-server.ts'
import { JSON_PACE, paced, type Pace } from './slow-clients.ts'

let server: TestServer
/** Its products are a file longer than any socket takes. They are imported before what is timed begins. */
let longFile: TestServer
beforeAll(async () => {
  server = await startTestServer()
  longFile = await startTestServer()
  const lines = Array.from({ length: 20_000 }, (_, n) => `LONG-${n},${'x'.repeat(900)},9.90,1\n`)
  const imported = await fetch(`${longFile.url}/v1/products/import`, {
    method: 'POST',
    headers: { 'content-type': 'text/csv' },
    body: `sku,name,price,stock_level\n${lines.join('')}`,
  })
  expect(imported.status).toBe(200)
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await longFile[Symbol.asyncDispose]()
})

/** What came until the server closed the connection. Sends `drop` again and again, if there is one. */
async function talk(head: string, drop?: string): Promise<string> {
  const { hostname, port } = new URL(server.url)
  const socket = connect(Number(port), hostname)
  let received = ''
  socket.setEncoding('latin1')
  socket.on('data', (chunk: string) => (received += chunk))
  socket.on('error', () => undefined)
  socket.on('connect', () => socket.write(head))
  const dripping = drop === undefined ? undefined : setInterval(() => socket.write(drop), 100)
  await new Promise((resolve) => socket.on('close', resolve))
  clearInterval(dripping)
  return received
}

const JSON_HEAD =
  'POST /v1/products HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n'
const CSV_HEAD =
  'POST /v1/products/import HTTP/1.1\r\nHost: x\r\nContent-Type: text/csv\r\nContent-Length: 500000\r\n\r\n'

test.concurrent('a head that trickles in is cut off, and so is a connection that says nothing', async () => {
  const [trickling, silent] = await Promise.all([
    talk('GET /v1/products HTTP/1.1\r\nHost: x\r\nX-Slow: ', 'a'),
    talk(''),
  ])
  expect([trickling, silent]).toEqual(['', ''])
})

test.concurrent('a JSON body that trickles in is refused in time, over REST and tRPC', async () => {
  const bodies = await Promise.all([
    talk(JSON_HEAD, ' '),
    talk(JSON_HEAD.replace('/v1/products', '/trpc/products.create'), ' '),
  ])
  for (const answer of bodies) {
    expect(answer).toStartWith('HTTP/1.1 408')
    expect(answer).toContain('"code":"BODY_TOO_SLOW"')
  }
})

test.concurrent('a file that trickles in, or stops coming, is refused in time', async () => {
  for (const answer of await Promise.all([talk(CSV_HEAD, 'n'), talk(`${CSV_HEAD}name,price`)])) {
    expect(answer).toStartWith('HTTP/1.1 408')
    expect(answer).toContain('"code":"BODY_TOO_SLOW"')
  }
})

test.concurrent('a file may take longer than any JSON, while it comes; its connection then waits no longer than others', async () => {
  const lines = Array.from({ length: 3000 }, (_, n) => `SLOW-${n},Belt,9.90,1\n`)
  const rows = `sku,name,price,stock_level\n${lines.join('')}`
  const head = CSV_HEAD.replace('500000', String(rows.length))
  const { hostname, port } = new URL(server.url)
  const socket = connect(Number(port), hostname)
  let received = ''
  let sent = 0
  socket.setEncoding('latin1')
  socket.on('data', (chunk: string) => (received += chunk))
  socket.write(head)
  const step = Math.ceil(rows.length / 56)
  const sending = setInterval(() => {
    socket.write(rows.slice(sent, sent + step))
    sent += step
    if (sent >= rows.length) clearInterval(sending)
  }, 250)
  await new Promise((resolve) => socket.on('close', resolve))
  expect(received).toStartWith('HTTP/1.1 200')
  expect(received).toContain('"created":3000')
})

test.concurrent('a reader that stops reading makes nobody make more for it', async () => {
  const { hostname, port } = new URL(longFile.url)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => undefined)
  socket.once('data', () => socket.pause())
  socket.write('GET /v1/products.csv HTTP/1.1\r\nHost: x\r\n\r\n')
  const open = async () => await metricOf(longFile.url, 'adstock_open_answers{kind="file"}')
  await until('its place is taken', async () => (await open()) === 1)
  // Bun gives up on a reader that takes nothing, and its place is free again.
  await until('its place is free', async () => (await open()) === 0)
  socket.destroy()
}, 150_000)

test('what has come buys time', async () => {
  const parts = (count: number, bytes: number) =>
    new ReadableStream<Uint8Array>({
      async pull(controller) {
        await Bun.sleep(5)
        if (count-- > 0) controller.enqueue(new Uint8Array(bytes))
        else controller.close()
      },
    })
  const read = async (body: ReadableStream<Uint8Array>, pace: Pace) => {
    let bytes = 0
    for await (const part of paced(body, pace)) bytes += part.byteLength
    return bytes
  }
  expect(await read(parts(20, 1024), { graceMs: 200, msPerKib: 1_000 })).toBe(20 * 1024)
  await expect(read(parts(100, 1), { graceMs: 20, msPerKib: 1_000 })).rejects.toThrow('too slowly')
  expect(JSON_PACE.msPerKib).toBe(0)
})

test('a head beyond 16 KiB is refused before anything of it is taken', async () => {
  for (const head of [
    `GET /v1/products/search?q=${'a'.repeat(17_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
    `GET /v1/products HTTP/1.1\r\nHost: x\r\nX-Long: ${'a'.repeat(17_000)}\r\n\r\n`,
  ])
    expect(await talk(head)).toStartWith('HTTP/1.1 431')
})

test.each(['/v1/products/batch', '/trpc/products.batch'])(
  '%s: what is nested too deep is refused',
  async (path) => {
    const body = `{"mode":"atomic","operations":${'['.repeat(400_000)}${']'.repeat(400_000)}}`
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(server.url + path, { method: 'POST', headers, body })
    expect([400, 422]).toContain(response.status)
    expect((await fetch(`${server.url}/livez`)).status).toBe(200)
  },
)
