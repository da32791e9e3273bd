import { stringify } from 'csv-stringify/sync'
import { sampleProduct } from '#db/sample-catalogue.ts'
import { memoryMb } from '#scripts/lab/harness/process-memory.ts'
import { startServerProcess } from '#scripts/lab/harness/server-process.ts'
import { costOf, timed } from '#scripts/lab/bench/measure.ts'
import { runLoad } from '#scripts/lab/bench/run-load.ts'

const IMPORTED = 10_000
const DEPTH = 0.9
/** A frequent word, two of them, a prefix, a SKU, a typo, a word too many. */
const QUESTIONS = ['everyday', 'nordic lamp', 'terrac', 'as-00042', 'terracota', 'nordic lamp zebra']
/** Of the database, not of the answer cache. */
const UNCACHED = { 'cache-control': 'no-cache' }

export interface Measured {
  count: number
  readMs: number
  readsPerSecond: number
  listMs: number
  jumpMs: number
  deepMs: number
  searchMs: number
  writeMs: number
  importedPerSecond: number
  memoryMb: number
  diskMb: number
  seedSeconds: number
}

interface Subject {
  count: number
  /** Of the server's files. */
  folder: string
  DATABASE_URL: string
  seedMs: number
}

/** Over HTTP, from a server in a process of its own. */
export async function measureGrowth({ count, folder, DATABASE_URL, seedMs }: Subject): Promise<Measured> {
  await using server = await startServerProcess(folder, { DATABASE_URL, LOG_LEVEL: 'error' })
  const ask = asking(server.url)
  const anyProduct = () => `/products/${1 + Math.floor(Math.random() * count)}`
  const port = Number(new URL(server.url).port)
  const load = { port, path: '/v1/products/{n}', keys: count, headers: UNCACHED }
  let priceMinor = 1_000_000
  const writePrice = () => {
    priceMinor += 1
    const body = JSON.stringify({ price: (priceMinor / 100).toFixed(2) })
    return ask(anyProduct(), { method: 'PATCH', headers: { 'content-type': 'application/json' }, body })
  }
  return {
    count,
    seedSeconds: seedMs / 1000,
    diskMb: (await databaseBytes(ask)) / 2 ** 20,
    readMs: await medianMs(() => ask(anyProduct()), 500),
    readsPerSecond: (await runLoad({ ...load, seconds: 2 })).perSecond,
    ...(await measurePages(ask, count)),
    searchMs: await medianMs(searching(ask), 20 * QUESTIONS.length),
    writeMs: await medianMs(writePrice, 100),
    importedPerSecond: IMPORTED / ((await timed(() => importNew(ask, count))).ms / 1000),
    memoryMb: memoryMb(server.pid(), 'VmRSS'),
  }
}

async function medianMs(run: () => unknown, rounds: number): Promise<number> {
  return (await costOf(run, { rounds })).median
}

async function measurePages(
  ask: Ask,
  count: number,
): Promise<Pick<Measured, 'listMs' | 'jumpMs' | 'deepMs'>> {
  const place = `/products/at?position=${Math.floor(count * DEPTH)}&sort=name&limit=50`
  const { next_cursor } = (await ask(place)) as { next_cursor: string }
  const deep = `/products?limit=50&sort=name&cursor=${encodeURIComponent(next_cursor)}`
  return {
    listMs: await medianMs(() => ask('/products?limit=50'), 300),
    jumpMs: await medianMs(() => ask(place), 10),
    deepMs: await medianMs(() => ask(deep), 300),
  }
}

function searching(ask: Ask): () => Promise<unknown> {
  let asked = 0
  return () => {
    asked += 1
    return ask(`/products/search?limit=20&q=${encodeURIComponent(QUESTIONS[asked % QUESTIONS.length] ?? '')}`)
  }
}

async function databaseBytes(ask: Ask): Promise<number> {
  const { database } = (await ask('/system/status')) as { database: { bytes: number } }
  return database.bytes
}

type Ask = (path: string, init?: RequestInit) => Promise<unknown>

function asking(url: string): Ask {
  return async (path, init) => {
    const response = await fetch(`${url}/v1${path}`, { headers: UNCACHED, ...init })
    if (!response.ok)
      throw new Error(`${path} was answered with ${response.status}: ${await response.text()}`)
    return await response.json()
  }
}

/** Into a catalogue of this size: the products that a larger sample would have next. */
async function importNew(ask: Ask, count: number): Promise<void> {
  const lines = Array.from({ length: IMPORTED }, (_, n) => {
    const { sku, name, priceCents, stockLevel } = sampleProduct(count + n)
    return [sku, name, (priceCents / 100).toFixed(2), stockLevel]
  })
  const body = stringify([['sku', 'name', 'price', 'stock_level'], ...lines])
  const summary = (await ask('/products/import', {
    method: 'POST',
    headers: { 'content-type': 'text/csv' },
    body,
  })) as { created: number }
  if (summary.created !== IMPORTED) throw new Error(`The import created ${summary.created} products.`)
}
