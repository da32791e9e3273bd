/** The server as a process: its start, its signals, its end. */
import { expect, test } from 'bun:test'
import { spawnServer, temporaryFolder, urlOf } from './testing.ts'

test('a terminated server ends with 0, and a second one finds everything as it was', async () => {
  await using folder = await temporaryFolder()
  const first = spawnServer(folder.path)
  const created = await fetch(`${await urlOf(first)}v1/products`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Belt', price: '9.90' }),
  })
  const product = await created.json()
  first.kill('SIGTERM')
  expect(await first.exited).toBe(0)

  const second = spawnServer(folder.path)
  const found = await fetch(`${await urlOf(second)}v1/products/1`)
  expect(await found.json()).toEqual(product)
  second.kill('SIGINT')
  expect(await second.exited).toBe(0)
})

test('an acknowledged write survives kill -9', async () => {
  await using folder = await temporaryFolder()
  const first = spawnServer(folder.path)
  const url = await urlOf(first)
  const create = (n: number) =>
    fetch(`${url}v1/products`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: `Belt ${n}`, price: '1' }),
    })
  const acknowledged: number[] = []
  const writing = Promise.allSettled(
    Array.from({ length: 100 }, async (_, n) => {
      const response = await create(n)
      if (response.status === 201) acknowledged.push(((await response.json()) as { id: number }).id)
      if (acknowledged.length === 20) first.kill('SIGKILL')
    }),
  )
  await first.exited
  await writing

  const second = spawnServer(folder.path)
  const again = await urlOf(second)
  expect(acknowledged.length).toBeGreaterThanOrEqual(20)
  for (const id of acknowledged) expect((await fetch(`${again}v1/products/${id}`)).status).toBe(200)
  second.kill('SIGTERM')
  await second.exited
})

test('a configuration with mistakes names them all and ends with 2, before anything is opened', async () => {
  await using folder = await temporaryFolder()
  const server = spawnServer(folder.path, { PORT: 'x', CURRENCY: 'XQQ' })
  expect(await server.exited).toBe(2)
  const message = await new Response(server.stderr).text()
  expect(message).toContain('PORT')
  expect(message).toContain('CURRENCY')
})
