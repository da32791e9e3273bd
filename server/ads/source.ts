/** The seam: whatever gives the rows of a date, as a worker sees it. */
import { pathToFileURL } from 'node:url'
import { ConfigurationError } from './errors.ts'
import { GoogleAdsClient, type Connection, type Meter, type TokenSource } from './google/client.ts'
import { checkedRows, type Rows } from './module-rows.ts'
import type { ReportName } from './options.ts'
import { queryFor, type Column, type Report } from './report.ts'

/** What the contract promises to a custom module. */
export interface FetchContext {
  signal: AbortSignal
  report: ReportName
  customerId: string
  /** What the report consists of: the names of its columns, and Google's fields. */
  columns: readonly Pick<Column, 'name' | 'field'>[]
  /** GAQL's FROM. */
  resource: string
}

/** May throw errors named `TimeoutError`, `RateLimitError` (with `retryAfterMs`) and `OAuthError`. */
export type FetchData = (date: string, attempt: Attempt) => Rows | Promise<Rows>

export interface Attempt {
  signal: AbortSignal
  report: Report
  customerId: string
  meter: Meter
  /** The stream has broken too often: ask for pages, where the source has them. */
  paged: boolean
}

/** Everything a worker needs to build its source; crosses the border as a plain value, and carries no secret. */
export type SourceSpec = { kind: 'google'; connection: Connection } | { kind: 'module'; path: string }

export async function createFetchData(spec: SourceSpec, token: TokenSource): Promise<FetchData> {
  if (spec.kind === 'google') return googleSource(new GoogleAdsClient(spec.connection, token))
  const fetchData = await importFetchData(spec.path)
  return async (date, { meter, signal, report, customerId }) => {
    meter.requests++
    const { name, columns, resource } = report
    const context = { signal, report: name, customerId, columns, resource }
    return checkedRows(await fetchData(date, context), report)
  }
}

function googleSource(client: GoogleAdsClient): FetchData {
  return (date, { signal, report, customerId, meter, paged }) => {
    const question = { customerId, query: queryFor(report, date) }
    return paged ? client.pagedRows(question, { signal, meter }) : client.rows(question, { signal, meter })
  }
}

type CustomFetchData = (date: string, context: FetchContext) => unknown

/** @throws ConfigurationError when the module cannot be loaded or has no `fetchData` */
export async function importFetchData(path: string): Promise<CustomFetchData> {
  let module: { fetchData?: unknown }
  try {
    module = (await import(pathToFileURL(path).href)) as { fetchData?: unknown }
  } catch (error) {
    throw new ConfigurationError(
      `The source ${path} cannot be loaded: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
  if (typeof module.fetchData !== 'function')
    throw new ConfigurationError(`The source ${path} does not export a function named fetchData.`)
  return module.fetchData as CustomFetchData
}
