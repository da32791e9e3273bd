/** What only several servers on one PostgreSQL, or a PostgreSQL in trouble, can show. */
import { expect, test } from 'bun:test'
import { SQL } from 'bun'
import { temporaryPostgres } from '#db/postgres.testing.ts'
import { startTestServer } from './testing.ts'

test('three servers sell the same hundred pieces a thousand times at once: a hundred sales, a stock of nothing', async () => {
  const DATABASE_URL = await temporaryPostgres()
  await using first = await startTestServer({ DATABASE_URL })
  await using second = await startTestServer({ DATABASE_URL })
  await using third = await startTestServer({ DATABASE_URL })
  const servers = [first, second, third]
  const { id } = await first.client.products.create.mutate({ name: 'Belt', price: '9.90', stock_level: 100 })
  const path = `POST /products/${id}/stock-adjustments`
  const answers = await Promise.all(
    Array.from(
      { length: 1000 },
      async (_, n) => await servers[n % 3]?.rest(path, { body: { delta: -1, reason: 'sold' } }),
    ),
  )
  expect(answers.filter((answer) => answer?.status === 201)).toHaveLength(100)
  expect(answers.filter((answer) => answer?.body.code === 'INSUFFICIENT_STOCK')).toHaveLength(900)
  expect((await third.client.products.get.query({ id })).stock_level).toBe(0)
  const { items } = await second.client.products.adjustments.query({ id, limit: 200 })
  expect(items).toHaveLength(101)
  expect(items.reduce((sum, { delta }) => sum + delta, 0)).toBe(0)
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
  let answer = await server.rest(`GET /products/${id}`)
  for (let n = 0; n < 20 && answer.status === 503; n += 1) answer = await server.rest(`GET /products/${id}`)
  expect(answer.body.stock_level).toBeGreaterThanOrEqual(done)
})
