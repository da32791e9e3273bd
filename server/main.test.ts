/** The server as a process: its start, its signals, its end. */
import { expect, test } from 'bun:test'
import { sql } from 'drizzle-orm'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { freePort } from '#db/free-port.testing.ts'
import { openDatabase } from '#db/open.ts'
import { temporaryPostgres } from '#db/postgres.testing.ts'
import { spawnServer, urlOf } from '#scripts/lab/harness/server-process.ts'
import { temporaryFolder } from '#scripts/lab/harness/test-server.ts'

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

test('a mistake in a report that is asked for each day ends the start with 2 and one sentence', async () => {
  await using folder = await temporaryFolder()
  await Bun.write(join(folder.path, 'wrong.gaql'), 'SELECT metrics.clicks FROM campaign LIMIT 5')
  const server = spawnServer(folder.path, { ADS_REPORTS: 'wrong', ADS_REPORTS_FOLDER: folder.path })
  expect(await server.exited).toBe(2)
  const said = await new Response(server.stderr).text()
  expect(said).toStartWith(`${join(folder.path, 'wrong.gaql')}: It has LIMIT`)
  expect(said.trim().split('\n')).toHaveLength(1)
})

test('a server waits for a database that is still starting, and can be told to stop meanwhile', async () => {
  const database = new URL(await temporaryPostgres())
  const port = await freePort()
  const late = new URL(database)
  late.port = String(port)
  await using folder = await temporaryFolder()
  const [waiting, leaving] = [1, 2].map(() => spawnServer(folder.path, { DATABASE_URL: late.href }))
  await Promise.all([waiting, leaving].map((server) => logged(server, 'waiting for the database')))
  leaving?.kill('SIGTERM')
  expect(await leaving?.exited).toBe(0)

  const door = createServer((client) => {
    const upstream = connect(Number(database.port), database.hostname)
    client.pipe(upstream).pipe(client)
    for (const socket of [client, upstream]) socket.on('error', () => undefined)
  }).listen(port, '127.0.0.1')
  if (!waiting) throw new Error('There is no server.')
  expect((await fetch(`${await urlOf(waiting)}readyz`)).status).toBe(200)
  waiting.kill('SIGTERM')
  expect(await waiting.exited).toBe(0)
  door.close()
})

test('a database that is not there ends the start at once, and its password is in no log', async () => {
  const url = new URL(await temporaryPostgres())
  url.pathname = '/nobody_made_this'
  url.password = 'correct-horse'
  const said = await refusal({ DATABASE_URL: url.href })
  expect(said).toContain('nobody_made_this')
  expect(said).not.toContain('correct-horse')
})

test('a port in use, an address of another machine, and folders that cannot be written are one plain line', async () => {
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const { port } = taken.address() as AddressInfo
  expect(await refusal({ PORT: String(port) })).toBe(
    `Cannot listen on port ${port} of 127.0.0.1 (PORT, HOST): it is in use: set PORT, or stop what uses it.`,
  )
  taken.close()
  // Of a net that is for documents only.
  expect(await refusal({ HOST: '192.0.2.1', ALLOW_OPEN: 'true', AUTH: 'open' })).toContain('192.0.2.1')
  expect(await refusal({ DATABASE_URL: 'file:/proc/none/adstock.db' })).toContain('/proc/none/adstock.db')
  expect(await refusal({ ADS_DIR: '/proc/none/ads' })).toContain('Cannot write /proc/none/ads')
  expect(await refusal({ ADS_CRON: 'now and then' })).toContain('ADS_CRON')
})

test.each(['SQLite', 'PostgreSQL'] as const)(
  'a database of a newer version is one plain line: %s',
  async (dialect) => {
    await using folder = await temporaryFolder()
    const url = dialect === 'SQLite' ? `file:${folder.path}/adstock.db` : await temporaryPostgres()
    const db = await openDatabase(url)
    await db.withTransaction(
      async (tx) =>
        void (await db.all(
          tx,
          sql`insert into migrations (name, sha256) values ('9999_later', 'x') returning name`,
        )),
    )
    await db.close()
    expect(await refusal({ DATABASE_URL: url })).toContain('migrated by a newer version: it has 9999_later')
  },
)

test('--help tells what it does, and starts nothing', async () => {
  await using folder = await temporaryFolder()
  const helping = spawnServer(folder.path, {}, [`${import.meta.dir}/main.ts`, '--help'])
  expect(await new Response(helping.stdout).text()).toContain('Usage: serve')
  expect(await helping.exited).toBe(0)
  const wrong = spawnServer(folder.path, {}, [`${import.meta.dir}/main.ts`, 'backfill'])
  expect(await new Response(wrong.stderr).text()).toContain('too many arguments')
  expect(await wrong.exited).toBe(2)
})

/** Of a server that does not start. @returns the one line that says why */
async function refusal(env: Record<string, string>): Promise<string> {
  await using folder = await temporaryFolder()
  const server = spawnServer(folder.path, env)
  const [said, code] = await Promise.all([new Response(server.stderr).text(), server.exited])
  expect({ code, lines: said.trimEnd().split('\n').length, said }).toEqual({ code: 2, lines: 1, said })
  return said.trimEnd()
}

test('a rejection that nobody handles is logged, and ends the server with 1', async () => {
  await using folder = await temporaryFolder()
  const server = spawnServer(folder.path, {}, [`${import.meta.dir}/crash.testing.ts`])
  await urlOf(server)
  server.kill('SIGUSR2')
  expect(await server.exited).toBe(1)
  const lines = (await new Response(server.stderr).text()).trim().split('\n')
  expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({
    level: 60,
    msg: 'a bug ended the server',
    err: { message: 'nobody handles this' },
  })
})

type Spawned = ReturnType<typeof spawnServer>

async function logged(server: Spawned | undefined, words: string): Promise<void> {
  const decoder = new TextDecoder()
  let said = ''
  for await (const chunk of server?.stderr ?? []) if ((said += decoder.decode(chunk)).includes(words)) return
  throw new Error(`The server ended without a word of it: ${said}`)
}
