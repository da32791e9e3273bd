/** Sales over HTTP, from one connection and from many, beside what this disk and a bare SQLite do. */
import { Database as Connection } from 'bun:sqlite'
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { stopTemporaryPostgres, temporaryPostgres } from '#db/postgres.testing.ts'
import { makeSampleDatabase } from '#scripts/lab/harness/sample-database.ts'
import { spawnServer, urlOf } from '#scripts/lab/harness/server-process.ts'
import { temporaryFolder } from '#scripts/lab/harness/test-server.ts'
import { medianOf, runLoad } from './run-load.ts'
import { print } from './measure.ts'

export interface WritesBench {
  database: string
}

const ROUNDS = 3
const MANY = 32
const PRODUCTS = 1_000
const PROBED_MS = 1_000
const LIMITS: Readonly<Record<string, number>> = { sqlite: 4_000, postgres: 3_000 }

export async function benchWrites({ database }: WritesBench): Promise<void> {
  await using resources = new AsyncDisposableStack()
  const folder = resources.use(await temporaryFolder())
  resources.defer(stopTemporaryPostgres)
  const isPostgres = database === 'postgres'
  const DATABASE_URL = isPostgres ? await temporaryPostgres() : `file:${folder.path}/adstock.db`
  await makeSampleDatabase(DATABASE_URL, PRODUCTS)
  const server = spawnServer(folder.path, { DATABASE_URL, LOG_LEVEL: 'error', RATE_LIMIT: 'off' })
  resources.defer(() => server.kill())
  const port = Number(new URL(await urlOf(server)).port)

  const sales = async (connections: number) =>
    await runLoad({
      port,
      path: '/v1/products/{n}/stock-adjustments',
      keys: PRODUCTS,
      body: JSON.stringify({ delta: 1, reason: 'received' }),
      connections,
    })
  // Compiled as it will be.
  await sales(MANY)
  const syncs = timesPerSecond(syncing(folder.path))
  print('syncs of this disk', rateOf(syncs), 'a page of 4 KB each')
  if (!isPostgres) print('bare SQLite', rateOf(timesPerSecond(committing(folder.path))), 'one row a commit')
  for (const connections of [1, MANY]) {
    const rounds = []
    for (let round = 0; round < ROUNDS; round += 1) rounds.push(await sales(connections))
    const { perSecond: rate, p99Ms, medianMs, statuses } = medianOf(rounds)
    print(
      `stock adjustments, ${connections} at once`,
      `${rateOf(rate)}, median ${medianMs.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms`,
      `${connections === MANY ? `at least ${rateOf(LIMITS[database] ?? 0)}; ` : ''}${(rate / syncs).toFixed(1)} a sync; answers ${Object.keys(statuses).join()}`,
    )
  }
}

const rateOf = (times: number) => `${Math.round(times).toLocaleString('en')}/s`

function timesPerSecond({ once, end }: { once: () => void; end: () => void }): number {
  const begunAt = performance.now()
  let times = 0
  while (performance.now() - begunAt < PROBED_MS) {
    once()
    times += 1
  }
  const elapsedMs = performance.now() - begunAt
  end()
  return (times * 1_000) / elapsedMs
}

/** A page more in a log, on the disk. */
function syncing(folder: string) {
  const file = openSync(join(folder, 'synced'), 'w')
  const page = new Uint8Array(4_096)
  const once = () => {
    writeSync(file, page)
    fsyncSync(file)
  }
  return { once, end: () => closeSync(file) }
}

function committing(folder: string) {
  const connection = new Connection(join(folder, 'bare.db'))
  connection.run('pragma journal_mode = wal')
  connection.run('pragma synchronous = full')
  connection.run('create table rows (n integer primary key, text text)')
  const insert = connection.query('insert into rows (text) values (?)')
  return { once: () => void insert.run('a row'), end: () => connection.close() }
}
