/**
 * A store in DuckDB's terms: a view for each report over its dates' files, and two tables of what is known of dates and
 * accounts. These have a schema of their own, so that a report may have any name.
 */
import type { Report } from '#server/ads/report.ts'
import { datePath } from '#server/ads/store/layout.ts'
import type { IndexLine } from '#server/ads/store/index-file.ts'
import type { AccountsById } from '#server/ads/store/stored-accounts.ts'
import { typedColumns, type TypedColumn } from '#server/ads/typed-columns.ts'
import { identifier, literal } from './duckdb.ts'

interface SqlColumn {
  name: string
  type: TypedColumn['type'] | 'TIMESTAMP'
}

export interface Table {
  name: 'dates' | 'accounts'
  columns: readonly SqlColumn[]
  /** Cells are cast to their columns' types. */
  rows: readonly (readonly string[])[]
}

export const SCHEMA = 'store'

const REPORT: TypedColumn = { name: 'report', type: 'VARCHAR' }
const CUSTOMER: TypedColumn = { name: 'customer_id', type: 'BIGINT' }

export function datesTable(lines: readonly IndexLine[]): Table {
  return {
    name: 'dates',
    columns: [
      REPORT,
      CUSTOMER,
      { name: 'date', type: 'DATE' },
      { name: 'state', type: 'VARCHAR' },
      { name: 'rows', type: 'BIGINT' },
      { name: 'fetched_at', type: 'TIMESTAMP' },
    ],
    rows: lines.map(({ report, customerId, date, state, rows, fetchedAt }) => [
      report,
      customerId,
      date,
      state,
      `${rows}`,
      fetchedAt,
    ]),
  }
}

export function accountsTable(accounts: AccountsById): Table {
  const texts = ['name', 'currency', 'time_zone', 'closed'] as const
  return {
    name: 'accounts',
    columns: [CUSTOMER, ...texts.map((name): TypedColumn => ({ name, type: 'VARCHAR' }))],
    rows: Object.entries(accounts)
      .filter(([, { manager }]) => !manager)
      .map(([id, { name, currency, timeZone, closed = '' }]) => [id, name, currency, timeZone, closed]),
  }
}

export function createTable({ name, columns }: Table): string {
  return `CREATE TABLE ${SCHEMA}.${name} (${columns.map((each) => `${identifier(each.name)} ${each.type}`).join(', ')})`
}

/** @param lines of this report, with its columns */
export function createView(dir: string, report: Report, lines: readonly IndexLine[]): string {
  const columns = typedColumns(report)
  const paths = lines.filter(({ rows }) => rows > 0).map((line) => datePath(dir, line))
  const names = columns.map(({ name }) => name)
  const derived = [
    ...names.filter((name) => name.endsWith(MICROS)).map(inUnits),
    { name: 'currency', sql: 'accounts.currency' },
  ].filter(({ name }) => !names.includes(name))
  const selected = [
    ...names.map((name) => `figures.${identifier(name)}`),
    ...derived.map(({ name, sql }) => `${sql} AS ${identifier(name)}`),
  ]
  const from = paths.length > 0 ? readDates(dir, paths, columns) : noDates(columns)
  return `CREATE VIEW ${identifier(report.name)} AS
    SELECT ${selected.join(', ')}
    FROM ${from} AS figures LEFT JOIN ${SCHEMA}.accounts AS accounts USING (customer_id)`
}

const MICROS = '_micros'

/** Exact: an integer times a decimal is a decimal. */
function inUnits(name: string): { name: string; sql: string } {
  return {
    name: name.slice(0, -MICROS.length),
    sql: `figures.${identifier(name)}::DECIMAL(19, 0) * 0.000001`,
  }
}

/**
 * The dialect is told, not guessed from the first rows. With the folders' names as partitions a condition on dates or
 * accounts opens only their files; but DuckDB takes the first `name=value` of a path, so the store's own folder must
 * have none.
 */
function readDates(dir: string, paths: readonly string[], columns: readonly TypedColumn[]): string {
  const types = columns.map(({ name, type }) => `${literal(name)}: ${literal(type)}`)
  const texts = columns.filter(({ type }) => type === 'VARCHAR').map(({ name }) => literal(name))
  const partitions = dir.includes('=') ? 'false' : 'true, hive_types = {date: DATE, customer_id: BIGINT}'
  return `read_csv([${paths.map(literal).join(', ')}],
    auto_detect = false, header = true, delim = ',', quote = '"', escape = '"',
    columns = {${types.join(', ')}}, force_not_null = [${texts.join(', ')}], hive_partitioning = ${partitions})`
}

/** All dates are without rows. */
function noDates(columns: readonly TypedColumn[]): string {
  const nothing = columns.map(({ name, type }) => `NULL::${type} AS ${identifier(name)}`)
  return `(SELECT ${nothing.join(', ')} WHERE false)`
}
