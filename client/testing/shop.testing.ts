/** For tests: a browser, and a server with a small catalogue on either database. */
import { afterAll, beforeAll } from 'bun:test'
import type { Browser } from 'playwright-core'
import { temporaryPostgres } from '#db/postgres.testing.ts'
import { temporaryFolder } from '#scripts/lab/harness/test-server.ts'
import { launchBrowser } from '#scripts/lab/harness/browser.ts'
import { buildPageIfStale } from '#scripts/lab/harness/page-build.ts'
import { restOf } from './journey.testing.ts'
import { PATIENCE_MS } from '#scripts/lab/harness/until.ts'
import { startServerProcess, type ServerProcess } from '#scripts/lab/harness/server-process.ts'

type Dialect = 'SQLite' | 'PostgreSQL'

interface ShopOptions {
  size: number
  database: Dialect
}

interface OpenShop {
  browser: Browser
  shop: ServerProcess
}

/**
 * Open from before the first test of a file, or of a group, until after its last. It has `size` products, `Thing 1`
 * and so on: its number is its id, its price and its stock.
 */
export function openShop(options: ShopOptions): Readonly<OpenShop> {
  const resources = new AsyncDisposableStack()
  let opened: OpenShop | undefined
  const now = () => {
    if (!opened) throw new Error('The shop is open during tests only.')
    return opened
  }
  beforeAll(async () => {
    await buildPageIfStale()
    const browser = resources.adopt(await launchBrowser(), (each) => each.close())
    opened = { browser, shop: await startShop(resources, options) }
  }, 2 * PATIENCE_MS)
  afterAll(() => resources.disposeAsync(), 2 * PATIENCE_MS)
  return {
    get browser() {
      return now().browser
    },
    get shop() {
      return now().shop
    },
  }
}

async function startShop(
  resources: AsyncDisposableStack,
  { size, database }: ShopOptions,
): Promise<ServerProcess> {
  const folder = resources.use(await temporaryFolder())
  const env = database === 'PostgreSQL' ? { DATABASE_URL: await temporaryPostgres() } : {}
  const server = resources.use(await startServerProcess(folder.path, env))
  const lines = Array.from({ length: size }, (_, n) => `T-${n + 1},Thing ${n + 1},${n + 1}.00,${n + 1}`)
  await importCsv(server, ['sku,name,price,stock_level', ...lines].join('\n'))
  return server
}

async function importCsv({ url }: ServerProcess, csv: string): Promise<void> {
  const answer = await fetch(`${url}/v1/products/import`, {
    method: 'POST',
    headers: { 'content-type': 'text/csv' },
    body: csv,
  })
  if (!answer.ok) throw new Error(`The catalogue could not be made: ${await answer.text()}`)
}

/** Of those that a shop opens with, in the order of their ids. */
export async function prices(server: ServerProcess, ids: readonly number[]): Promise<string[]> {
  const { get } = restOf(server)
  return await Promise.all(ids.map(async (id) => (await get(id)).price))
}
