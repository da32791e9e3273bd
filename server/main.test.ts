/** The server as a process: its start, its signals, its end. */
import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { temporaryFolder } from './testing.ts'

function spawnServer(folder: string, env: Record<string, string> = {}) {
  return Bun.spawn(['bun', join(import.meta.dir, 'main.ts')], {
    env: {
      ...process.env,
      PORT: '0',
      DATABASE_URL: `file:${join(folder, 'adstock.db')}`,
      ADS_DIR: join(folder, 'ads'),
      ADS_CRON: 'off',
      LOG_FORMAT: 'json',
      ...env,
    },
    stdout: 'pipe',
    stderr: 'pipe',
  })
}

async function urlOf(server: ReturnType<typeof spawnServer>): Promise<string> {
  let output = ''
  for await (const chunk of server.stdout.pipeThrough(new TextDecoderStream())) {
    output += chunk
    const url = /Adstock is at (\S+)/.exec(output)?.[1]
    if (url) return url
  }
  throw new Error(`The server did not start: ${await new Response(server.stderr).text()}`)
}

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
