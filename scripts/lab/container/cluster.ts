/** The profile "scale" with real processes: PostgreSQL, Redis, three servers, and HAProxy with the file of compose. */
import { SQL } from 'bun'
import { stopTemporaryPostgres } from '#db/postgres.testing.ts'
import { startReplicas } from '#scripts/lab/harness/replicas.ts'
import type { ServerProcess } from '#scripts/lab/harness/server-process.ts'
import { balancing, startBalancer, type Balancer } from './balancer.ts'

export interface Cluster extends AsyncDisposable {
  replicas: ServerProcess[]
  balancer: Balancer
  sql: SQL
  /** What the steady traffic reads and writes. */
  productIds: number[]
}

const REPLICAS = 3
const PRODUCTS = 50

interface ClusterOptions {
  env?: Record<string, string>
  /** Of the version that they run. */
  root?: string
}

export async function startCluster({ env = {}, ...version }: ClusterOptions = {}): Promise<Cluster> {
  await using started = new AsyncDisposableStack()
  started.defer(stopTemporaryPostgres)
  const { servers, databaseUrl } = started.use(
    await startReplicas({
      count: REPLICAS,
      // Other versions may not know whose figures a source without an account has.
      environmentOf: async () => ({
        TRUSTED_PROXY_HOPS: '1',
        LOG_LEVEL: 'warn',
        GOOGLE_ADS_CUSTOMER_ID: '1234567890',
        ...env,
      }),
      ...version,
    }),
  )
  const sql = started.use(new SQL({ url: databaseUrl, max: 1 }))
  const balancer = started.use(await startBalancer(servers.map(({ port }) => port)))
  await balancing(balancer)
  const productIds = await createProducts(balancer.url)
  const resources = started.move()
  return {
    replicas: servers,
    balancer,
    sql,
    productIds,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
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
