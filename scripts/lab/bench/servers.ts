/** Product reads by one server process and by two on one port, and what more cores would give. */
import { stopTemporaryPostgres, temporaryPostgres } from '#db/postgres.testing.ts'
import { makeSampleDatabase } from '#scripts/lab/harness/sample-database.ts'
import { spawnServer, urlOf } from '#scripts/lab/harness/server-process.ts'
import { metricOf, temporaryFolder } from '#scripts/lab/harness/test-server.ts'
import { until } from '#scripts/lab/harness/until.ts'
import { print } from './measure.ts'
import { runLoad } from './run-load.ts'

export interface ServersBench {
  database: string
  seconds: number
}

const PRODUCTS = 10_000
const MORE_CORES = [4, 8, 16]

export async function benchServers({ database, seconds }: ServersBench): Promise<void> {
  await using resources = new AsyncDisposableStack()
  const folder = resources.use(await temporaryFolder())
  resources.defer(stopTemporaryPostgres)
  const DATABASE_URL = database === 'postgres' ? await temporaryPostgres() : `file:${folder.path}/adstock.db`
  await makeSampleDatabase(DATABASE_URL, PRODUCTS)

  const cost = async (servers: number) => {
    const env = { DATABASE_URL, SERVERS: String(servers), RATE_LIMIT: 'off', LOG_LEVEL: 'error' }
    return await measure(spawnServer(folder.path, env), { servers, seconds })
  }
  const [one, two] = [await cost(1), await cost(2)]
  const dearer = Math.max(0, two / one - 1)
  for (const cores of MORE_CORES) {
    const most = cores * (1e6 / one)
    print(
      `calculated for ${cores} cores and as many processes`,
      `${rate(most / (1 + dearer * (cores - 1)))} to ${rate(most)}`,
      `each further process makes a read ${(dearer * 100).toFixed(0)} % dearer, as the second one did here, or not at all`,
    )
  }
}

/** @returns µs of a core that a read takes of all servers together */
async function measure(
  parent: ReturnType<typeof spawnServer>,
  { servers, seconds }: { servers: number; seconds: number },
): Promise<number> {
  const url = await urlOf(parent)
  const port = Number(new URL(url).port)
  await until('all listen', async () => (await metricOf(url, 'adstock_servers')) === servers)
  const cpuS = async () => await metricOf(url, 'process_cpu_seconds_total')
  const reads = { port, path: '/v1/products/{n}', keys: PRODUCTS, seconds }
  // Each process fills a cache of its own.
  await runLoad(reads)
  const before = await cpuS()
  const { perSecond, medianMs, p99Ms, cpuShare } = await runLoad(reads)
  const cpuUs = (((await cpuS()) - before) / (perSecond * seconds)) * 1e6
  print(
    `a product of 10,000, by ${servers} ${servers === 1 ? 'process' : 'processes'}`,
    rate(perSecond),
    `median ${medianMs.toFixed(2)} ms, p99 ${p99Ms.toFixed(1)} ms; a read takes ${cpuUs.toFixed(1)} µs of a core, the load generator ${(cpuShare * 100).toFixed(0)} % of one`,
  )
  parent.kill('SIGTERM')
  await parent.exited
  return cpuUs
}

function rate(perSecond: number): string {
  return `${Math.round(perSecond).toLocaleString('en')}/s`
}
