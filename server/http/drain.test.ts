/** A real process and a real signal: what a balancer and its callers see while a server leaves. */
import { expect, test } from 'bun:test'
import { spawnServer, urlOf } from '#scripts/lab/harness/server-process.ts'
import { temporaryFolder } from '#scripts/lab/harness/test-server.ts'

/** Asks anew until the answer is as wanted, or the server is gone. */
async function until(url: string, wanted: (response: Response) => boolean): Promise<Response> {
  for (;;) {
    const response = await fetch(url)
    await response.arrayBuffer()
    if (wanted(response)) return response
  }
}

test('whoever asks for readiness hears of the end while everything is still served', async () => {
  await using folder = await temporaryFolder()
  const server = spawnServer(folder.path)
  const url = await urlOf(server)
  expect((await until(`${url}readyz`, ({ ok }) => ok)).headers.get('connection')).not.toBe('close')

  server.kill('SIGTERM')
  const notReady = await until(`${url}readyz`, ({ ok }) => !ok)
  expect(notReady.status).toBe(503)
  const written = await fetch(`${url}v1/products`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Belt', price: '9.90' }),
  })
  expect(written.status).toBe(201)
  // Nothing that comes later may be sent down a connection that is about to close.
  expect(written.headers.get('connection')).toBe('close')
  expect(await server.exited).toBe(0)
  expect(fetch(`${url}readyz`)).rejects.toThrow()
})

test('a stream goes on until nobody is sent here any more, and then ends by itself', async () => {
  await using folder = await temporaryFolder()
  const server = spawnServer(folder.path)
  const url = await urlOf(server)
  await until(`${url}readyz`, ({ ok }) => ok)
  const stream = await fetch(`${url}v1/changes`, { headers: { accept: 'text/event-stream' } })
  server.kill('SIGTERM')
  await until(`${url}readyz`, ({ ok }) => !ok)
  const created = await fetch(`${url}v1/products`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Told of on the way out', price: '9.90' }),
  })
  expect(created.status).toBe(201)
  expect(await stream.text()).toContain('Told of on the way out')
  expect(await server.exited).toBe(0)
})
