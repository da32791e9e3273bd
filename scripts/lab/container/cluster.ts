/** The profile "scale" with real processes: PostgreSQL, Redis, three servers, and HAProxy with the file of compose. */
import { SQL } from 'bun'
import { join } from 'node:path'
import { stopTemporaryPostgres, temporaryPostgres } from '#db/postgres.testing.ts'
import { temporaryRedis } from '#server/platform/redis.testing.ts'
import { temporaryFolder } from '#scripts/lab/harness/test-server.ts'
import { balancing, startBalancer, type Balancer } from './balancer.ts'
import { createReplica, ROOT, type Replica } from './replica.ts'

export interface Cluster extends AsyncDisposable {
  replicas: Replica[]
  balancer: Balancer
  sql: SQL
  /** What the steady traffic reads and writes. */
  productIds: number[]
}

/** No source of ads: nothing but the products makes work. */
export const WITHOUT_ADS = {
  ADS_SOURCE: join(ROOT, 'scripts/lab/consistency/no-ads.ts'),
  GOOGLE_ADS_CUSTOMER_ID: '1234567890',
}

const REPLICAS = 3
const PRODUCTS = 50

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
