/** SQL over a store: only over dates that are whole, without a lock. */
import { resolve } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import type { SourceKind } from '#server/ads/connect.ts'
import { Catalogue } from '#server/ads/definition/catalogue.ts'
import type { AdsOptions, ReportName } from '#server/ads/options.ts'
import { readIndex, type IndexLine } from '#server/ads/store/index-file.ts'
import { datePath } from '#server/ads/store/layout.ts'
import { requireStore, sourceOfStore } from '#server/ads/store/ownership.ts'
import { reconcile } from '#server/ads/store/reconcile.ts'
import { readAccounts, type AccountsById } from '#server/ads/store/stored-accounts.ts'
import { confine, loadDuckDb, selectFrom, type Selected } from './duckdb.ts'
import { accountsTable, createTable, createView, datesTable, SCHEMA, type Table } from './store-views.ts'

interface QueryRequest extends Pick<AdsOptions, 'dir' | 'reportsFolder' | 'lookbackDays'> {
  /** One SELECT. */
  sql: string
  onNotice: (line: string) => void
}

interface QueryResult extends Selected {
  source: SourceKind | undefined
}

/** @throws ConfigurationError for a folder that is no store, where DuckDB is missing, and for what the SQL has wrong */
export async function queryStore({ sql, ...request }: QueryRequest): Promise<QueryResult> {
  requireStore(request.dir)
  const duckDb = await loadDuckDb()
  const dir = resolve(request.dir)
  const accounts = readAccounts(dir)?.accounts ?? {}
  const catalogue = new Catalogue({ ...request, dir })
  // A view is read only by a query that has its name, in whichever letters.
  const named = sql.toLowerCase()
  const readsBytesOf = (report: string) => named.includes(report.toLowerCase())
  const lines = await wholeDates({ ...request, dir, catalogue, readsBytesOf }, accounts)
  const connection = await (await duckDb.DuckDBInstance.create(':memory:')).connect()
  await connection.run(`CREATE SCHEMA ${SCHEMA}; SET search_path = 'main,${SCHEMA}'`)
  for (const table of [datesTable(lines), accountsTable(accounts)]) await fill(connection, table)
  for (const [name, own] of Map.groupBy(lines, (line) => line.report)) {
    const [report] = catalogue.definitionsOf(name)
    if (!report) continue
    const current = own.filter(({ columns }) => columns === report.fingerprint)
    if (current.length < own.length)
      request.onNotice(`${name}: ${own.length - current.length} dates with old columns are left out`)
    await connection.run(createView(dir, report, current))
  }
  await confine(
    connection,
    lines.map((line) => datePath(dir, line)),
  )
  return { source: sourceOfStore(dir), ...(await selectFrom(duckDb, connection, sql)) }
}

/** What a run would take the store to hold, said where that is less than its files. */
async function wholeDates(
  {
    dir,
    catalogue,
    lookbackDays,
    readsBytesOf,
    onNotice,
  }: Omit<QueryRequest, 'sql' | 'reportsFolder'> & {
    catalogue: Catalogue
    readsBytesOf: (report: ReportName) => boolean
  },
  accounts: AccountsById,
): Promise<IndexLine[]> {
  const { lines } = await reconcile(readIndex(dir), {
    dir,
    catalogue,
    lookbackOf: () => lookbackDays,
    zoneOf: (id) => accounts[id]?.timeZone ?? 'UTC',
    mayWrite: false,
    readsBytesOf,
    onDamaged: ({ report, date }, why) => onNotice(`${report} ${date} is left out: ${why}`),
  })
  const whole = [...lines.values()]
  const partial = new Set(whole.flatMap(({ state, date }) => (state === 'partial' ? [date] : [])))
  if (partial.size > 0)
    onNotice(`${[...partial].join(', ')}: not over when fetched, so these figures are partial`)
  return whole
}

async function fill(connection: DuckDBConnection, table: Table): Promise<void> {
  await connection.run(createTable(table))
  const appender = await connection.createAppender(table.name, SCHEMA)
  for (const row of table.rows) {
    for (const cell of row) appender.appendVarchar(cell)
    appender.endRow()
  }
  appender.closeSync()
}
