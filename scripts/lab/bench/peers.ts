/** Peers that serve a product and change its price as ours does, under the same load, in turns. */
import { join } from 'node:path'
import { makeSampleDatabase } from '#scripts/lab/harness/sample-database.ts'
import { startServerProcess } from '#scripts/lab/harness/server-process.ts'
import { memoryMb } from '#scripts/lab/harness/process-memory.ts'
import { temporaryFolder } from '#scripts/lab/harness/test-server.ts'
import { readCatalogue, writeCatalogue } from './peers/catalogue.ts'
import { checkServer } from './peers/check.ts'
import { PEERS, type Running } from './peers/programs.ts'
import type { LoadResult } from './load.ts'
import { markdownTable } from './markdown-table.ts'
import { CONNECTIONS, medianOf, runLoad } from './run-load.ts'

export interface PeersBench {
  count: number
  rounds: number
  seconds: number
}

/** Reads of ours per read of FastAPI. */
const TARGET = 6

export async function benchPeers({ count, ...times }: PeersBench): Promise<void> {
  await using resources = new AsyncDisposableStack()
  const folder = resources.use(await temporaryFolder())
  const ours = resources.use(await startOurs(folder.path, count))
  const products = await readCatalogue(ours.url)
  const servers: Running[] = [ours]
  for (const [name, start] of Object.entries(PEERS)) {
    const database = join(folder.path, `${name}.db`)
    writeCatalogue(database, products)
    try {
      servers.push(resources.use(await start(database)))
    } catch (error) {
      console.error(`${name} is left out: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  const [first] = products
  if (!first) throw new Error('There are no products.')
  for (const { name, url } of servers) {
    await checkServer(url, first).catch((error: unknown) => {
      throw new Error(`${name} does not do what is measured.`, { cause: error })
    })
  }

  const path = '/v1/products/{n}'
  const reads = await measure(servers, { ...times, path, keys: count })
  const writes = await measure(servers, { ...times, path, keys: count, writes: true })
  console.log(`\nGET of one of ${count.toLocaleString('en')} products, ${CONNECTIONS} connections\n`)
  report(servers, reads)
  const fastApi = servers.findIndex(({ name }) => name.startsWith('FastAPI'))
  if (fastApi > 0)
    console.log(
      `\nReads: ${ratio(reads, fastApi)} × FastAPI's, and ${processorRatio(reads, fastApi)} × in the same processor time (target: at least ${TARGET}).`,
    )
  console.log(`\nPATCH of a price with If-Match, each commit synced to the disk\n`)
  report(servers, writes)
}

async function startOurs(folder: string, count: number): Promise<Running> {
  const DATABASE_URL = `file:${join(folder, 'adstock.db')}`
  await makeSampleDatabase(DATABASE_URL, count)
  const server = await startServerProcess(folder, { DATABASE_URL, LOG_LEVEL: 'error' })
  return {
    name: 'Adstock',
    url: server.url,
    pids: [server.pid()],
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

interface Measured extends LoadResult {
  memoryMb: number
}

interface Case {
  rounds: number
  seconds: number
  path: string
  keys: number
  writes?: boolean
}

/** In turns, so that what else the machine does meets all. The first round warms up, and does not count. */
async function measure(servers: readonly Running[], { rounds, ...load }: Case): Promise<Measured[]> {
  const results = servers.map((): LoadResult[] => [])
  for (let round = 0; round <= rounds; round += 1) {
    for (const [index, { name, url, pids }] of servers.entries()) {
      const result = await runLoad({ ...load, pids, port: Number(new URL(url).port) })
      const statuses = Object.keys(result.statuses).join()
      if (statuses !== '200') throw new Error(`${name} answered with ${statuses}.`)
      if (round > 0) results[index]?.push(result)
    }
  }
  return servers.map(({ pids }, index) => ({
    ...medianOf(results[index] ?? []),
    memoryMb: pids.reduce((sum, pid) => sum + memoryMb(pid, 'VmRSS'), 0),
  }))
}

function report(servers: readonly Running[], results: readonly Measured[]): void {
  const rows = results.map(({ perSecond, medianMs, p99Ms, processorUs, memoryMb: memory }, index) => [
    servers[index]?.name ?? '',
    Math.round(perSecond).toLocaleString('en'),
    medianMs.toFixed(2),
    p99Ms.toFixed(2),
    processorUs.toFixed(0),
    memory.toFixed(0),
    ...(index === 0 ? ['', ''] : [`${ratio(results, index)} ×`, `${processorRatio(results, index)} ×`]),
  ])
  const head = ['', 'requests/s', 'p50 ms', 'p99 ms', 'processor µs', 'memory MB']
  console.log(markdownTable([...head, 'ours: requests', 'per processor'], rows))
}

/** Requests of ours for one of this, in the same time. */
function ratio(results: readonly Measured[], index: number): string {
  const [ours, other] = [results[0], results[index]]
  return ours && other ? (ours.perSecond / other.perSecond).toFixed(2) : ''
}

/** … and in the same time of a processor, whatever the load and other programs take of it. */
function processorRatio(results: readonly Measured[], index: number): string {
  const [ours, other] = [results[0], results[index]]
  return ours && other ? (other.processorUs / ours.processorUs).toFixed(2) : ''
}
