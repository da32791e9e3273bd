/** SIGTERM while everything is in hand at once. */
import { expect, test } from 'bun:test'
import { SQL } from 'bun'
import { join } from 'node:path'
import { temporaryPostgres } from '#db/postgres.testing.ts'
import { until } from '#scripts/lab/harness/until.ts'
import { spawnServer, urlOf } from '#scripts/lab/harness/server-process.ts'
import { metricOf, temporaryFolder } from '#scripts/lab/harness/test-server.ts'

const SALES = 150
const READS = 50
const STREAMS = 20

const json = { 'content-type': 'application/json' }

/** @returns everything that came until the stream was ended in order; throws when it was cut */
async function readToEnd(response: Response): Promise<string> {
  let text = ''
  const decoder = new TextDecoder()
  for await (const chunk of response.body ?? []) text += decoder.decode(chunk, { stream: true })
  return text
}

test('200 requests, 20 streams and a fetch in flight: each request is answered, streams end in order, the store is whole, exit 0', async () => {
  const DATABASE_URL = await temporaryPostgres()
  await using folder = await temporaryFolder()
  const env = { DATABASE_URL, RATE_LIMIT: 'off', ADS_SOURCE: 'demo', LOG_LEVEL: 'error' }
  const server = spawnServer(folder.path, env)
  const url = await urlOf(server)
  const product = JSON.stringify({ name: 'Belt', price: '9.90', stock_level: SALES })
  await fetch(`${url}v1/products`, { method: 'POST', headers: json, body: product })

  // Before the lock: its entry in the audit needs a connection, and those will all wait.
  const run = await fetch(`${url}v1/ads/runs`, { method: 'POST', headers: json, body: '{}' })
  expect([202, 409]).toContain(run.status)

  // Nobody gets at the products until it is let go, so all who come now are in flight.
  await using locker = new SQL(DATABASE_URL, { max: 1 })
  await using connection = await locker.reserve()
  const streams = await Promise.all(
    Array.from({ length: STREAMS }, () =>
      fetch(`${url}v1/changes`, { headers: { accept: 'text/event-stream' } }),
    ),
  )
  const ended = Promise.all(streams.map(readToEnd))
  await connection`begin`
  await connection`lock table products in access exclusive mode`
  const sale = JSON.stringify({ delta: -1, reason: 'sold' })
  const sales = Array.from({ length: SALES }, () =>
    fetch(`${url}v1/products/1/stock-adjustments`, { method: 'POST', headers: json, body: sale }),
  )
  const reads = Array.from({ length: READS }, () =>
    fetch(`${url}v1/products/1`, { headers: { 'cache-control': 'no-cache' } }),
  )
  await until(
    'all are in flight',
    async () => (await metricOf(url, 'adstock_requests_in_flight')) >= SALES + READS,
  )

  server.kill('SIGTERM')
  await connection`commit`
  expect(new Set((await Promise.all(sales)).map(({ status }) => status))).toEqual(new Set([201]))
  expect(new Set((await Promise.all(reads)).map(({ status }) => status))).toEqual(new Set([200]))
  expect((await ended).every((text) => text.startsWith(': connected'))).toBe(true)
  expect(await server.exited).toBe(0)

  const command = ['bun', join(import.meta.dir, 'cli/ads.ts'), 'verify', '--out', join(folder.path, 'ads')]
  const verify = Bun.spawn(command, { env: { ...process.env, ...env }, stdout: 'ignore', stderr: 'pipe' })
  expect(await verify.exited, await new Response(verify.stderr).text()).toBe(0)
  const [left] = await connection`select stock_level::int as stock, version::int as version from products`
  expect(left).toEqual({ stock: 0, version: SALES + 1 })
})
