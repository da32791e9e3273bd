/** DuckDB, an optional package, kept to reading named files: a query can neither write nor look elsewhere. */
import type * as duckDbPackage from '@duckdb/node-api'
import type { DuckDBConnection, DuckDBPreparedStatement, Json } from '@duckdb/node-api'
import { ConfigurationError } from '#server/ads/errors.ts'

export type DuckDb = typeof duckDbPackage

/** What a query has wrong, in one line. */
class QueryError extends ConfigurationError {}

/** @throws ConfigurationError where it is not installed */
export async function loadDuckDb(): Promise<DuckDb> {
  try {
    return await import('@duckdb/node-api')
  } catch (error) {
    throw new ConfigurationError(
      `A query needs DuckDB, an optional package that is not installed here: bun install gets it, in an image of your own RUN bun install --production --ignore-scripts. (${firstLine(error)})`,
    )
  }
}

/** Whatever SQL comes next: it reads these files alone, and no setting can be changed. */
export async function confine(connection: DuckDBConnection, paths: readonly string[]): Promise<void> {
  for (const setting of [
    `allowed_paths = [${paths.map(literal).join(', ')}]`,
    // What does not fit into memory is an error: it would be written to a temp file.
    `temp_directory = ''`,
    'enable_external_access = false',
    'autoload_known_extensions = false',
    'autoinstall_known_extensions = false',
    'lock_configuration = true',
  ])
    await connection.run(`SET ${setting}`)
}

export interface Selected {
  columns: SelectedColumn[]
  /** As they are made. Integers beyond 32 bits and decimals are text: every digit counts. */
  batches: AsyncIterable<Cell[][]>
}

export interface SelectedColumn {
  name: string
  isNumber: boolean
}

export type Cell = Json

/** @throws QueryError, also while rows are read */
export async function selectFrom(
  duckDb: DuckDb,
  connection: DuckDBConnection,
  sql: string,
): Promise<Selected> {
  try {
    const statement = await prepareSelect(duckDb, connection, sql)
    const result = await statement.stream()
    const names = result.deduplicatedColumnNames()
    const numbers = new Set<number>(NUMBER_TYPES.map((name) => duckDb.DuckDBTypeId[name]))
    const columns = names.map((name, index) => ({ name, isNumber: numbers.has(result.columnTypeId(index)) }))
    return { columns, batches: withPlainErrors(result.yieldRowsJson()) }
  } catch (error) {
    throw inPlainWords(error)
  }
}

const NUMBER_TYPES = [
  ...(['TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'HUGEINT'] as const),
  ...(['UTINYINT', 'USMALLINT', 'UINTEGER', 'UBIGINT', 'UHUGEINT'] as const),
  ...(['FLOAT', 'DOUBLE', 'DECIMAL', 'BIGNUM'] as const),
]

async function prepareSelect(
  { StatementType }: DuckDb,
  connection: DuckDBConnection,
  sql: string,
): Promise<DuckDBPreparedStatement> {
  const refused = new QueryError(
    'A query is one SELECT; also FROM, DESCRIBE, SUMMARIZE, SHOW TABLES, and PIVOT with IN.',
  )
  // Of a text without a statement DuckDB says nothing.
  if (sql.replaceAll(/--.*$|\/\*[\s\S]*?\*\/|;/gm, '').trim() === '') throw refused
  const statements = await connection.extractStatements(sql)
  if (statements.count !== 1) throw refused
  const statement = await statements.prepare(0)
  if (statement.statementType !== StatementType.SELECT) throw refused
  return statement
}

async function* withPlainErrors(batches: AsyncIterable<Cell[][]>): AsyncGenerator<Cell[][]> {
  try {
    yield* batches
  } catch (error) {
    throw inPlainWords(error)
  }
}

/** The text in one line, without the part that points into the SQL. */
function inPlainWords(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof QueryError) return error
  const [text = ''] = error.message.replace(/^Failed to extract statements: /, '').split('\n\nLINE ')
  return new QueryError(text.replaceAll(/\s+/g, ' ').trim().slice(0, MAX_MESSAGE))
}

const MAX_MESSAGE = 400

export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? ''
}
