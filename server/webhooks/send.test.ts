/** One attempt: to the pinned address, under the certificate's name, and no further. */
import { afterAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import { temporaryFolder } from '#scripts/lab/harness/test-server.ts'
import { cert, key } from './localhost.testing.ts'
import { startReceiver } from './receiver.testing.ts'
import { send, type Delivery, type Sent } from './send.ts'
import { newSecret } from './signature.ts'

const resources = new AsyncDisposableStack()
afterAll(() => resources.disposeAsync())

const deliveryTo = (url: string): Delivery => ({
  endpointId: 1,
  url,
  eventId: 'evt_1',
  body: '{"type":"product.changed"}',
  secrets: [newSecret()],
  attempts: 1,
})

const attempt = (url: string, allowPrivate = true): Promise<Sent> =>
  send(deliveryTo(url), { allowPrivate }, new AbortController().signal)

/** In a process that trusts the certificate of these tests. */
async function attemptTrusting(url: string): Promise<Sent> {
  const { path } = resources.use(await temporaryFolder())
  const file = join(path, 'cert.pem')
  await Bun.write(file, cert)
  const program = `
    const { send } = await import(${JSON.stringify(join(import.meta.dir, 'send.ts'))})
    const policy = { allowPrivate: true }
    const sent = await send(${JSON.stringify(deliveryTo(url))}, policy, new AbortController().signal)
    console.log(JSON.stringify(sent))`
  const child = Bun.spawn([process.execPath, '-e', program], {
    env: { ...process.env, NODE_EXTRA_CA_CERTS: file },
    stdout: 'pipe',
  })
  return JSON.parse(await new Response(child.stdout).text()) as Sent
}

function startTls() {
  const hosts: (string | null)[] = []
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    tls: { key, cert },
    fetch(request) {
      hosts.push(request.headers.get('host'))
      return new Response(null, { status: 204 })
    },
  })
  resources.defer(() => server.stop(true))
  return { port: server.port, hosts }
}

test('a certificate must be for the name of the URL, though the connection is made to its address', async () => {
  const { port, hosts } = startTls()
  expect(await attemptTrusting(`https://localhost:${port}/hook`)).toMatchObject({
    isDelivered: true,
    status: 204,
  })
  expect(hosts).toEqual([`localhost:${port}`])
  const wrong = await attemptTrusting(`https://127.0.0.1:${port}/hook`)
  expect(wrong).toMatchObject({ isDelivered: false, status: null })
  expect(wrong.error).toContain('ALTNAME')
  const untrusted = await attempt(`https://localhost:${port}/hook`)
  expect(untrusted).toMatchObject({ isDelivered: false, status: null })
  expect(hosts).toHaveLength(1)
}, 30_000)

test('nothing is sent to a name that leads to a private address', async () => {
  const { port, hosts } = startTls()
  const sent = await attempt(`https://localhost:${port}/hook`, false)
  expect(sent).toMatchObject({ isDelivered: false, error: 'The address is in a private network.' })
  expect(hosts).toEqual([])
})

test('a redirection is not followed, and counts as a failure', async () => {
  using target = startReceiver()
  using receiver = startReceiver()
  receiver.answer = () => Response.redirect(target.url, 307)
  expect(await attempt(receiver.url)).toMatchObject({ isDelivered: false, status: 307 })
  expect(target.received).toEqual([])
})

test('only the status of an answer is read, however much follows it', async () => {
  using receiver = startReceiver()
  let sentBytes = 0
  receiver.answer = () =>
    new Response(
      new ReadableStream({
        async pull(controller) {
          await Bun.sleep(1)
          controller.enqueue(new Uint8Array(64 * 1024))
          sentBytes += 64 * 1024
        },
      }),
    )
  expect(await attempt(receiver.url)).toMatchObject({ isDelivered: true, status: 200 })
  expect(sentBytes).toBeLessThan(64 * 1024 * 1024)
})

test('what went wrong is told without the URL', async () => {
  const closed = startReceiver()
  closed[Symbol.dispose]()
  const sent = await attempt(`${closed.url}services/a-secret-path`)
  expect(sent).toMatchObject({ isDelivered: false, status: null })
  expect(sent.error).toContain('The connection failed')
  expect(sent.error).not.toContain('a-secret-path')
})

test('a receiver may ask for a pause', async () => {
  using receiver = startReceiver()
  receiver.answer = () => new Response(null, { status: 503, headers: { 'retry-after': '120' } })
  expect(await attempt(receiver.url)).toMatchObject({ status: 503, retryAfterMs: 120_000 })
})
