/** Three servers on one PostgreSQL and one Redis: what writes cost, and what they leave of the cache for readers. */
import { openDatabase } from '#db/open.ts'
import { stopTemporaryPostgres } from '#db/postgres.testing.ts'
import { seed } from '#db/seed.ts'
import { startReplicas } from '#scripts/lab/harness/replicas.ts'
import type { LoadResult } from './load.ts'
import { print } from './measure.ts'
import { runLoad } from './run-load.ts'

const REPLICAS = 3
const PRODUCTS = 10_000
const SECONDS = 5
const CONNECTIONS = 8
const WRITES_PER_SECOND = [0, 10, 100] as const
const READS = {
  'a product of 10,000': { path: '/v1/products/{n}', keys: PRODUCTS },
  'a list of 50': { path: '/v1/products?limit=50', keys: 1 },
}

export async function benchReplicas(): Promise<void> {
  await using resources = new AsyncDisposableStack()
  resources.defer(stopTemporaryPostgres)
  const { servers } = resources.use(
    await startReplicas({
      count: REPLICAS,
      environmentOf: async () => ({ LOG_LEVEL: 'error' }),
      async prepare(databaseUrl) {
        const db = await openDatabase(databaseUrl)
        await seed(db, { count: PRODUCTS, decimals: 2, now: Date.now() })
        await db.close()
      },
    }),
  )
  const urls = servers.map(({ url }) => `${url}/`)
  for (const url of urls)
    await load(url, { path: READS['a product of 10,000'].path, keys: PRODUCTS, once: true })
  for (const [what, read] of Object.entries(READS)) {
    for (const rate of WRITES_PER_SECOND) await measure(what, { urls, read, rate })
  }
}

interface Case {
  urls: readonly string[]
  read: { path: string; keys: number }
  rate: number
}

/** Readers at every replica, a writer that goes round them. */
async function measure(what: string, { urls, read, rate }: Case): Promise<void> {
  const before = await readsByTier(urls)
  const writer = writeAt(rate, urls)
  const results = await Promise.all(urls.map((url) => load(url, read)))
  const writesMs = await writer.stop()
  const after = await readsByTier(urls)
  const added = Object.fromEntries(Object.entries(after).map(([tier, n]) => [tier, n - (before[tier] ?? 0)]))
  const all = Object.values(added).reduce((sum, n) => sum + n, 0)
  const share = (tier: string) => `${(((added[tier] ?? 0) / all) * 100).toFixed(1)} % ${tier}`
  const perSecond = results.reduce((sum, result) => sum + result.perSecond, 0)
  const at = (part: number) => (writesMs[Math.floor(writesMs.length * part)] ?? 0).toFixed(1)
  print(
    `${what}, ${rate} writes/s`,
    `${Math.round(perSecond).toLocaleString('en')} reads/s`,
    `${share('memory')}, ${share('redis')}, ${share('none')}${rate > 0 ? `; a write ${at(0.5)} ms, p99 ${at(0.99)} ms` : ''}`,
  )
}

/** In time whatever an answer takes: a slow server gets as many writes as a fast one. */
function writeAt(rate: number, urls: readonly string[]) {
  const times: number[] = []
  const sent: Promise<void>[] = []
  const write = async (n: number) => {
    const startedAt = performance.now()
    const response = await fetch(`${urls[n % urls.length]}v1/products/${1 + ((n * 7919) % PRODUCTS)}`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ stock_level: n + 1 }),
    })
    if (!response.ok) throw new Error(`A write was answered with ${response.status}.`)
    await response.text()
    times.push(performance.now() - startedAt)
  }
  const timer = rate > 0 ? setInterval(() => sent.push(write(sent.length)), 1000 / rate) : undefined
  return {
    async stop(): Promise<number[]> {
      clearInterval(timer)
      await Promise.all(sent)
      return times.toSorted((a, b) => a - b)
    },
  }
}

async function readsByTier(urls: readonly string[]): Promise<Record<string, number>> {
  const sums: Record<string, number> = {}
  for (const url of urls) {
    const text = await (await fetch(`${url}metrics`)).text()
    for (const [, tier = '', count] of text.matchAll(/^adstock_cache_reads_total\{tier="(\w+)"\} (\d+)/gm))
      sums[tier] = (sums[tier] ?? 0) + Number(count)
  }
  return sums
}

async function load(url: string, read: { path: string; keys: number; once?: boolean }): Promise<LoadResult> {
  const port = Number(new URL(url).port)
  return await runLoad({ ...read, port, connections: CONNECTIONS, seconds: SECONDS })
}
