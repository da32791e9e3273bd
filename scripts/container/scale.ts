/**
 * The profile "scale" with real processes: PostgreSQL, Redis, three servers and HAProxy with the file that compose
 * mounts. Each server is restarted under load, then one is killed; then the daily job's hour strikes for all three.
 */
import { SQL } from 'bun'
import { join } from 'node:path'
import { stopTemporaryPostgres, temporaryPostgres } from '#db/postgres.testing.ts'
import { temporaryRedis } from '#server/platform/redis.testing.ts'
import { temporaryFolder } from '#server/testing.ts'
import { balancing, startBalancer, type Balancer } from './balancer.ts'
import { stockOf, wrongAfter } from './checks.ts'
import { createReplica, ROOT, type Replica } from './replica.ts'
import { startTraffic, type Failure, type TrafficReport } from './traffic.ts'

export interface ScaleOptions {
  perSecond: number
  /** Before, between and after the disturbances. */
  pauseMs: number
}

export interface Cluster extends AsyncDisposable {
  replicas: Replica[]
  balancer: Balancer
  sql: SQL
  productIds: number[]
}

const REPLICAS = 3
const PRODUCTS = 50
const MAX_EXIT_MS = 10_000
/** By the balancer. */
const NOTICED_MS = 1_200

/** @param environment beside what all of them share. @param root of the version that they run */
export async function startCluster(environment: Record<string, string>, root = ROOT): Promise<Cluster> {
  await using started = new AsyncDisposableStack()
  const folder = started.use(await temporaryFolder())
  const redis = started.use(await temporaryRedis())
  const database = await temporaryPostgres()
  started.defer(stopTemporaryPostgres)
  const sql = started.use(new SQL({ url: database, max: 1 }))
  const shared = {
    DATABASE_URL: database,
    REDIS_URL: redis.url,
    RATE_LIMIT: 'off',
    TRUSTED_PROXY_HOPS: '1',
    ADS_DIR: join(folder.path, 'ads'),
    ADS_CRON: 'off',
    ...environment,
  }
  const replicas: Replica[] = []
  for (let n = 1; n <= REPLICAS; n += 1) {
    const log = join(folder.path, `replica-${n}`)
    replicas.push(started.use(await createReplica({ environment: shared, log })))
  }
  await Promise.all(replicas.map((replica) => replica.start(root)))
  const balancer = started.use(await startBalancer(replicas.map(({ port }) => port)))
  await balancing(balancer)
  const productIds = await createProducts(balancer.url)
  const resources = started.move()
  return { replicas, balancer, sql, productIds, [Symbol.asyncDispose]: () => resources.disposeAsync() }
}

/** One after the other; nobody may notice. @param root of the version that comes back. @returns what is wrong */
export async function rollingRestart(
  cluster: Cluster,
  options: ScaleOptions,
  root = ROOT,
): Promise<string[]> {
  const wrong: string[] = []
  const { report, lasting } = await underLoad(cluster, options, async () => {
    for (const replica of cluster.replicas) {
      const { code, ms } = await replica.stop()
      console.log(`  a replica left with ${code} after ${Math.round(ms)} ms`)
      if (code !== 0) wrong.push(`a replica ended with ${code}`)
      if (ms > MAX_EXIT_MS) wrong.push(`a replica took ${Math.round(ms)} ms to leave`)
      await replica.start(root)
      await Bun.sleep(NOTICED_MS + options.pauseMs)
    }
  })
  for (const { what, why } of report.failures.slice(0, 5)) wrong.push(`${what}: ${why}`)
  return [...wrong, ...lasting]
}

/** Only what it was working on may fail. @returns what is wrong */
export async function killOne(cluster: Cluster, options: ScaleOptions): Promise<string[]> {
  let killedAtMs = Infinity
  const { report, lasting } = await underLoad(cluster, options, async () => {
    const [victim] = cluster.replicas
    await victim?.kill()
    killedAtMs = performance.now()
    await Bun.sleep(options.pauseMs)
    await victim?.start()
    await Bun.sleep(NOTICED_MS)
  })
  const others = report.failures.filter(({ startedAtMs }) => startedAtMs > killedAtMs)
  console.log(`  ${report.failures.length} requests failed, ${others.length} of them sent after the kill`)
  return [...others.slice(0, 5).map(describe), ...lasting]
}

async function underLoad(
  { balancer, productIds, sql }: Cluster,
  { perSecond, pauseMs }: ScaleOptions,
  disturb: () => Promise<void>,
): Promise<{ report: TrafficReport; lasting: string[] }> {
  const before = await stockOf(sql)
  const traffic = startTraffic({ url: balancer.url, perSecond, productIds })
  await Bun.sleep(pauseMs)
  await disturb()
  const report = await traffic.stop()
  console.log(`  ${summaryOf(report)}`)
  return { report, lasting: await wrongAfter(sql, report, before) }
}

async function createProducts(url: string): Promise<number[]> {
  const ids: number[] = []
  for (let n = 1; n <= PRODUCTS; n += 1) {
    const response = await fetch(`${url}/v1/products`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: `Belt ${n}`, price: '9.90', stock_level: 10 }),
    })
    if (response.status !== 201) throw new Error(`A product could not be created: ${response.status}`)
    ids.push(((await response.json()) as { id: number }).id)
  }
  return ids
}

function summaryOf({ sent, writes, seconds, failures, medianMs, p99Ms, worstMs }: TrafficReport): string {
  const times = `${medianMs.toFixed(1)} ms in the median, ${p99Ms.toFixed(0)} at 99%, ${worstMs.toFixed(0)} at worst`
  const rate = `${Math.round(sent / seconds)} requests/s for ${seconds.toFixed(0)} s`
  return `${rate}, ${writes} writes among them: ${failures.length} failed; ${times}`
}

function describe({ what, why }: Failure): string {
  return `${what}: ${why}`
}
