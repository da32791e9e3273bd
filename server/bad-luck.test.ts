/** What a machine, a disk or a database may do to a server: it refuses in so many words, loses nothing, and recovers. */
import { SQL, type Socket } from 'bun'
import { expect, setDefaultTimeout, test } from 'bun:test'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startPostgres } from '#db/postgres.testing.ts'
import { spawnCramped, spawnServer, urlOf } from '#scripts/lab/harness/server-process.ts'
import { temporaryFolder } from '#scripts/lab/harness/test-server.ts'
import { until, untilIs } from '#scripts/lab/harness/until.ts'

setDefaultTimeout(180_000)

const JSON_BODY = { 'content-type': 'application/json' }

async function ask(url: string, route: string, body?: object) {
  const [method = 'GET', path = ''] = route.split(' ')
  const request = { method, headers: JSON_BODY, ...(body && { body: JSON.stringify(body) }) }
  const response = await fetch(`${url}v1${path}`, request)
  return { status: response.status, body: await response.json() }
}

const PRODUCT = { name: 'Belt', price: '9.90', stock_level: 5 }
const create = async (url: string) => (await ask(url, 'POST /products', PRODUCT)).status
const UNAVAILABLE = { status: 503, body: { code: 'UNAVAILABLE' } }

async function importThings(url: string, count: number): Promise<void> {
  const lines = Array.from({ length: count }, (_, n) => `S${n + 1},Thing ${n + 1},1.00,5`)
  const response = await fetch(`${url}v1/products/import`, {
    method: 'POST',
    headers: { 'content-type': 'text/csv' },
    body: ['sku,name,price,stock_level', ...lines].join('\n'),
  })
  expect(await response.json()).toMatchObject({ created: count })
}

test('a disk that is full: writes are refused, reads go on, and what was acknowledged is there when there is room', async () => {
  await using folder = await temporaryFolder()
  // Files cannot grow beyond so many blocks of 512 bytes; the log of the writes is the first.
  const server = spawnCramped(folder.path, "trap '' XFSZ; ulimit -S -f 3000")
  const url = await urlOf(server)
  let created = 0
  let status = 201
  for (; status === 201 && created < 5_000; status = await create(url)) created += 1
  // The first of them is counted before it is made.
  created -= 1
  expect(status).toBe(503)
  expect(created).toBeGreaterThan(0)
  expect(await ask(url, 'POST /products', PRODUCT)).toMatchObject(UNAVAILABLE)
  const count = async () => (await ask(url, 'GET /products?limit=1&count=exact')).body.total.value
  expect(await count()).toBe(created)

  const raise = Bun.spawn(['prlimit', '--pid', String(server.pid), '--fsize=unlimited:'])
  expect(await raise.exited).toBe(0)
  await untilIs(() => create(url), 201)
  expect(await count()).toBe(created + 1)
  server.kill('SIGKILL')
  await server.exited
  const again = spawnServer(folder.path)
  const { body } = await ask(await urlOf(again), 'GET /products?limit=1&count=exact')
  expect(body.total.value).toBe(created + 1)
  again.kill()
  await again.exited
})

test('pages of SQLite that are damaged: what they hold is refused, all else is right; without its head the start is', async () => {
  await using folder = await temporaryFolder()
  const path = join(folder.path, 'adstock.db')
  const first = spawnServer(folder.path)
  await importThings(await urlOf(first), 1_000)
  first.kill()
  await first.exited
  const whole = readFileSync(path)
  const PAGE = 4_096
  const damaged = Buffer.from(whole)
  // The first pages hold the schema, without which nothing can be opened.
  for (let at = 60 * PAGE; at < damaged.length; at += 5 * PAGE) damaged.fill(0xa5, at, at + 64)
  writeFileSync(path, damaged)
  const second = spawnServer(folder.path)
  const url = await urlOf(second)
  const ids = Array.from({ length: 50 }, (_, n) => n * 20 + 1)
  const answers = await Promise.all(
    ids.map(async (id) => ({ id, ...(await ask(url, `GET /products/${id}`)) })),
  )
  const refused = answers.filter(({ status }) => status !== 200)
  expect(refused.length).toBeGreaterThan(0)
  for (const { status, body } of refused) expect({ status, body }).toMatchObject(UNAVAILABLE)
  for (const { id, status, body } of answers)
    if (status === 200) expect(body).toMatchObject({ id, sku: `S${id}`, name: `Thing ${id}`, stock_level: 5 })
  second.kill()
  await second.exited

  for (const content of [whole.subarray(0, whole.length >> 1), Buffer.from(whole).fill(7, 0, 100)]) {
    writeFileSync(path, content)
    const third = spawnServer(folder.path)
    expect(await third.exited).not.toBe(0)
    expect(await new Response(third.stderr).text()).toContain(`${path} (DATABASE_URL) cannot be opened`)
  }
})

test('descriptors that are used up by streams: others are answered when the streams end', async () => {
  await using folder = await temporaryFolder()
  const server = spawnCramped(folder.path, 'ulimit -n 80')
  const url = await urlOf(server)
  expect(await create(url)).toBe(201)
  const leaving = new AbortController()
  const headers = { accept: 'text/event-stream' }
  const { signal } = leaving
  const open = async () => (await fetch(`${url}v1/changes`, { headers, signal })).status
  const statuses: (number | string)[] = []
  for (let n = 0; n < 120; n += 1) void open().then((status) => statuses.push(status), String)
  await until('some streams are open', () => statuses.includes(200))
  leaving.abort()
  await untilIs(() => create(url).catch(String), 201)
  expect(server.exitCode).toBeNull()
  expect(new Set(statuses).difference(new Set([200, 503]))).toEqual(new Set())
  server.kill()
  await server.exited
})

test('PostgreSQL that is read-only, and then has no connection left: 503 for what cannot be, and then all as before', async () => {
  await using folder = await temporaryFolder()
  const settings = { max_connections: '30', superuser_reserved_connections: '0' }
  await using postgres = await startPostgres({ settings })
  await using operator = new SQL({ url: `${postgres.url}/template1`, max: 1 })
  const server = spawnServer(folder.path, { DATABASE_URL: `${postgres.url}/postgres` })
  const url = await urlOf(server)
  expect(await create(url)).toBe(201)
  const setReadOnly = async (value: 'on' | 'off') => {
    await operator.unsafe(`alter database postgres set default_transaction_read_only = ${value}`)
    await disconnect()
  }
  const disconnect = async () =>
    await operator`select pg_terminate_backend(pid) from pg_stat_activity where datname = 'postgres'`
  const read = async () => (await ask(url, 'GET /products/1')).status

  await setReadOnly('on')
  await untilIs(read, 200)
  expect(await ask(url, 'POST /products', PRODUCT)).toMatchObject(UNAVAILABLE)
  expect(await ask(url, 'PATCH /products/1', { stock_level: 1 })).toMatchObject(UNAVAILABLE)
  expect((await fetch(`${url}readyz`)).status).toBe(200)
  await setReadOnly('off')
  await untilIs(() => create(url), 201)

  await using others = new AsyncDisposableStack()
  await disconnect()
  const isTaken = async () => {
    const other = others.use(new SQL({ url: `${postgres.url}/template1`, max: 1 }))
    return await other`select 1`.then(
      () => false,
      () => true,
    )
  }
  await until('there is no connection left', isTaken)
  await disconnect()
  await until('there is no connection left', isTaken)
  const answers = await Promise.all(Array.from({ length: 10 }, () => ask(url, 'GET /products/1')))
  for (const answer of answers)
    expect(answer.status === 200 ? UNAVAILABLE : answer).toMatchObject(UNAVAILABLE)
  await others.disposeAsync()
  await untilIs(read, 200)
  await untilIs(() => create(url), 201)
  expect((await ask(url, 'GET /products/1')).body).toMatchObject({ stock_level: 5, version: 1 })
  server.kill()
  await server.exited
})

const NOT_REDIS: Readonly<Record<string, (socket: Socket) => void>> = {
  'another protocol': (socket) => void socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'),
  'bytes at random': (socket) => void socket.write(crypto.getRandomValues(new Uint8Array(200))),
  'an error to everything': (socket) => void socket.write('-ERR no\r\n'),
  'an array that never ends': (socket) => void socket.write('*1000000000\r\n$1\r\n'),
  'nothing at all': () => undefined,
  'the end of each connection': (socket) => void socket.end(),
}

async function answersRightBeside(speak: (socket: Socket) => void): Promise<void> {
  using other = Bun.listen({
    hostname: '127.0.0.1',
    port: 0,
    socket: { data: speak },
  })
  await using folder = await temporaryFolder()
  const server = spawnServer(folder.path, {
    REDIS_URL: `redis://127.0.0.1:${other.port}`,
    LOG_LEVEL: 'silent',
  })
  const url = await urlOf(server)
  expect(await create(url)).toBe(201)
  for (const stock_level of [4, 3, 2]) {
    expect((await ask(url, 'PATCH /products/1', { stock_level })).status).toBe(200)
    for (let read = 0; read < 3; read++)
      expect((await ask(url, 'GET /products/1')).body).toMatchObject({ stock_level })
  }
  const ready = await fetch(`${url}readyz`)
  expect(await ready.json()).toMatchObject({ redis: 'degraded' })
  server.kill('SIGTERM')
  expect(await server.exited).toBe(0)
}

test('what is no Redis in its place: slower, never wrong', async () => {
  await Promise.all(Object.values(NOT_REDIS).map(answersRightBeside))
})
