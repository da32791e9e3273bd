/** For tests: a server with a small catalogue, on either database. */
import { temporaryPostgres } from '#db/postgres.testing.ts'
import { temporaryFolder } from '#server/testing.ts'
import { restOf } from './journey.ts'
import { startServerProcess, type ServerProcess } from './server-process.ts'

export type Dialect = 'SQLite' | 'PostgreSQL'

/** `size` products, `Thing 1` and so on: its number is its id, its price and its stock. */
export async function startShop(
  resources: AsyncDisposableStack,
  { size, database }: { size: number; database: Dialect },
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

/** Of those made by `startShop`, in the order of their ids. */
export async function prices(server: ServerProcess, ids: readonly number[]): Promise<string[]> {
  const { get } = restOf(server)
  return await Promise.all(ids.map(async (id) => (await get(id)).price))
}
