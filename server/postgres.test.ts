/** What only several servers on one PostgreSQL, or a PostgreSQL in trouble, can show. */
import { expect, test } from 'bun:test'
import { SQL } from 'bun'
import { temporaryPostgres } from '#db/postgres.testing.ts'
import { createClient, problemOf } from '#client/api.ts'
import { until } from '#scripts/lab/harness/until.ts'
import { bearer, createKey, revokeKey } from './keys/keys.testing.ts'
import { spawnServer, urlOf } from '#scripts/lab/harness/server-process.ts'
import { startTestServer, temporaryFolder } from '#scripts/lab/harness/test-server.ts'

test('three server processes sell the same hundred pieces a thousand times at once: a hundred sales, a stock of nothing', async () => {
  const DATABASE_URL = await temporaryPostgres()
  await using folder = await temporaryFolder()
  const servers = [1, 2, 3].map(() => spawnServer(folder.path, { DATABASE_URL, RATE_LIMIT: 'off' }))
  const urls = await Promise.all(servers.map(urlOf))
  const clients = urls.map((url) => createClient(url.slice(0, -1)))
  const [first, second, third] = clients
  const created = await first?.products.create.mutate({ name: 'Belt', price: '9.90', stock_level: 100 })
  const id = created?.id ?? 0
  const sale = { id, delta: -1, reason: 'sold' } as const
  const results = await Promise.allSettled(
    Array.from({ length: 1000 }, async (_, n) => {
      // On a busy machine the row's queue outlasts the time limit of a statement: not sold, try again.
      const sell = async () => await clients[n % 3]?.products.adjustStock.mutate(sale)
      const isUnavailable = (error: unknown) => problemOf(error)?.code === 'UNAVAILABLE'
      for (let tries = 1; tries < 10; tries++) {
        try {
          return await sell()
        } catch (error) {
          if (!isUnavailable(error)) throw error
        }
      }
      return await sell()
    }),
  )
  const refused = results
    .filter((result) => result.status === 'rejected')
    .map(({ reason }) => problemOf(reason)?.code)
  expect(
    Object.fromEntries(
      Map.groupBy(refused, String)
        .entries()
        .map(([code, all]) => [code, all.length]),
    ),
  ).toEqual({ INSUFFICIENT_STOCK: 900 })

  expect(await third?.products.get.query({ id })).toMatchObject({ stock_level: 0, version: 101 })
  const ledger = await second?.products.adjustments.query({ id, limit: 200 })
  expect(ledger?.items).toHaveLength(101)
  expect(ledger?.items.reduce((sum, { delta }) => sum + delta, 0)).toBe(0)
  for (const server of servers) server.kill('SIGTERM')
  expect(await Promise.all(servers.map(({ exited }) => exited))).toEqual([0, 0, 0])
})

// A process that is stopped may hold a lock of the whole server: on a shared one, other tests would stand still with it.
test('while the database is stopped, requests are refused in time; when it goes on, they are answered', async () => {
  const DATABASE_URL = await temporaryPostgres('own')
  await using server = await startTestServer({ DATABASE_URL })
  await using admin = new SQL({ url: DATABASE_URL, max: 1 })
  const { id } = await server.client.products.create.mutate({ name: 'Belt', price: '9.90', stock_level: 5 })
  const backends: { pid: number }[] =
    await admin`select pid from pg_stat_activity where datname = current_database()`
  const signal = (name: 'SIGSTOP' | 'SIGCONT') => {
    for (const { pid } of backends) process.kill(pid, name)
  }
  signal('SIGSTOP')
  try {
    const answers = await Promise.all([
      server.rest(`GET /products/${id}`),
      server.rest(`PATCH /products/${id}`, { body: { name: 'Strap' } }),
    ])
    expect(answers.map(({ status, body }) => [status, body.code])).toEqual([
      [503, 'UNAVAILABLE'],
      [503, 'UNAVAILABLE'],
    ])
  } finally {
    signal('SIGCONT')
  }
  expect((await server.rest(`GET /products/${id}`)).status).toBe(200)
})

test('a key is taken only while the database says that it holds, be it as known as it may', async () => {
  const DATABASE_URL = await temporaryPostgres('own')
  await using server = await startTestServer({ DATABASE_URL, AUTH: 'keys' })
  await using admin = new SQL({ url: DATABASE_URL, max: 1 })
  const key = await createKey(DATABASE_URL, 'reader', 'products:read')
  const read = async () => {
    const [rest, trpc] = await Promise.all([
      server.rest('GET /products', { headers: bearer(key) }),
      fetch(`${server.url}/trpc/products.list`, { headers: bearer(key) }),
    ])
    return [rest.status, trpc.status]
  }
  expect(await read()).toEqual([200, 200])
  const backends: { pid: number }[] =
    await admin`select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`
  for (const { pid } of backends) process.kill(pid, 'SIGSTOP')
  try {
    expect(await read()).toEqual([503, 503])
  } finally {
    for (const { pid } of backends) process.kill(pid, 'SIGCONT')
  }
  expect(await read()).toEqual([200, 200])

  await admin`select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database()`
  await until('it is connected again', async () => !(await read()).includes(503))
  expect(await read()).toEqual([200, 200])
  await revokeKey(DATABASE_URL, key)
  expect(await read()).toEqual([401, 401])
})

test('when its connections are cut, reads go on, and a write either is done or says that it is unavailable', async () => {
  const DATABASE_URL = await temporaryPostgres()
  await using server = await startTestServer({ DATABASE_URL })
  await using admin = new SQL(DATABASE_URL)
  const { id } = await server.client.products.create.mutate({ name: 'Belt', price: '9.90', stock_level: 0 })
  let done = 0
  for (let round = 0; round < 5; round += 1) {
    const writes = Promise.all(
      Array.from({ length: 20 }, () =>
        server.rest(`POST /products/${id}/stock-adjustments`, { body: { delta: 1, reason: 'received' } }),
      ),
    )
    const reads = Promise.all(Array.from({ length: 20 }, () => server.rest(`GET /products/${id}`)))
    await admin`select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database()`
    for (const { status, headers, body } of [...(await writes), ...(await reads)]) {
      expect([200, 201, 503]).toContain(status)
      if (status === 201) done += 1
      if (status !== 503) continue
      expect(body.code).toBe('UNAVAILABLE')
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
      expect(JSON.stringify(body)).not.toMatch(/terminat|select|postgres/i)
    }
  }
  const read = async () => await server.rest(`GET /products/${id}`)
  await until('it is connected again', async () => (await read()).status !== 503)
  expect((await read()).body.stock_level).toBeGreaterThanOrEqual(done)
})
