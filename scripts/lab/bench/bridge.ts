/** Spend while out of stock and what runs out: a large catalogue, a long ledger, and two years of ads, warm. */
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { stopTemporaryPostgres, temporaryPostgres } from '#db/postgres.testing.ts'
import { startServerProcess } from '#scripts/lab/harness/server-process.ts'
import { temporaryFolder } from '#scripts/lab/harness/test-server.ts'
import { DAYS, fetchTwoYears, fillCatalogue } from './aged-shop.ts'
import { costOf, print, timed } from './measure.ts'

const LIMIT_MS = 300
const ROUNDS = 40

const QUESTIONS = [
  ['out of stock, 7 days', '/ads/out-of-stock-spend'],
  ['out of stock, 30 days', '/ads/out-of-stock-spend?days=30'],
  ['out of stock, two years', `/ads/out-of-stock-spend?days=${DAYS}`],
  ['out of stock, two years, the first 100', `/ads/out-of-stock-spend?days=${DAYS}&limit=100`],
  ['running out within 14 days', '/products/running-out'],
] as const

export async function benchBridge(): Promise<void> {
  await using resources = new AsyncDisposableStack()
  const folder = resources.use(await temporaryFolder())
  resources.defer(stopTemporaryPostgres)
  const env = await fetchTwoYears(folder.path)
  const urls = { SQLite: `file:${join(folder.path, 'bridge.db')}`, PostgreSQL: await temporaryPostgres() }
  for (const [name, DATABASE_URL] of Object.entries(urls)) {
    await fillCatalogue(DATABASE_URL)
    await using server = await startServerProcess(folder.path, { ...env, DATABASE_URL })
    for (const [what, path] of QUESTIONS) await measure(`${name}: ${what}`, `${server.url}/v1${path}`)
  }
}

async function measure(what: string, url: string): Promise<void> {
  const ask = async () => {
    const response = await fetch(url)
    if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`)
    return await response.text()
  }
  const { result, ms } = await timed(ask)
  const { median, p95 } = await costOf(ask, { rounds: ROUNDS })
  const figures = `p50 ${median.toFixed(0)} ms, p95 ${p95.toFixed(0)} ms`
  const size = `${(result.length / 1024).toFixed(0)} KB, first ${ms.toFixed(0)} ms, load ${(loadavg()[0] ?? 0).toFixed(1)}`
  print(what, figures, `${(p95 / LIMIT_MS).toFixed(2)} × ${LIMIT_MS} ms   ${size}`)
}
