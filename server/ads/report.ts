/** What a report is: a query, which column of the store each of its fields fills, and what of it adds up. */
import type { DateRange } from './calendar.ts'
import type { Summed } from './metric.ts'
import type { ReportName } from './options.ts'

export interface Report {
  name: ReportName
  /** GAQL's FROM. */
  resource: string
  /** GAQL's WHERE without the date; empty for none. */
  where: string
  /** Date and account, then what describes a row, then its metrics. */
  columns: readonly Column[]
  /** What tells two rows of one answer apart, beside the date and the account. */
  key: readonly Column[]
  /** Without it a row is none of this report. */
  required: Column | undefined
  /** The metrics that add up: rates and averages do not. */
  summed: readonly (Column & Summed)[]
  /** Of which query the columns are; undefined for the built-in reports, whose columns never change. */
  fingerprint: string | undefined
}

export interface Column {
  name: string
  /** GAQL's SELECT, snake_case. */
  field: string
  /** The same in the answer, lowerCamelCase. */
  path: readonly string[]
  type: ColumnType
  kind: 'text' | 'id' | 'integer' | 'decimal'
  /** Its place in a row. */
  at: number
}

/** `rate`: a metric of which no sum is made. */
export type ColumnType =
  | 'id'
  | 'string'
  | 'enum'
  | 'date'
  | 'boolean'
  | 'integer'
  | 'micros'
  | 'double'
  | 'rate'

export const KIND_OF_TYPE: Readonly<Record<ColumnType, Column['kind']>> = {
  id: 'id',
  string: 'text',
  enum: 'text',
  date: 'text',
  boolean: 'text',
  integer: 'integer',
  micros: 'integer',
  double: 'decimal',
  rate: 'decimal',
}

const METRICS_PREFIX = 'metrics.'

export function isMetric(field: string): boolean {
  return field.startsWith(METRICS_PREFIX)
}

/** What rows can be grouped by, the date and the account apart. */
export function dimensionsOf({ columns }: Report): Column[] {
  return columns.slice(2).filter(({ field }) => !isMetric(field))
}

export function metricsOf({ columns }: Report): Column[] {
  return columns.filter(({ field }) => isMetric(field))
}

/** Rates and averages: they stay in the rows. */
export function notSummedOf(report: Report): string[] {
  const summed = new Set(report.summed.map(({ name }) => name))
  return metricsOf(report)
    .map(({ name }) => name)
    .filter((name) => !summed.has(name))
}

/** A literal date, never `DURING`: the store decides what a date is, not the moment of the request. */
export function queryFor({ columns, resource, where }: Report, date: string): string {
  const fields = columns.map(({ field }) => field).join(', ')
  return `SELECT ${fields} FROM ${resource} WHERE segments.date = '${date}'${and(where)}`
}

/** Without a segment in SELECT, but for those of a condition: what the range sums to, whatever it is made of. */
export function totalsQueryFor(report: Report, { from, to }: DateRange): string {
  const { columns, resource, where, summed } = report
  const named = columns.slice(2).filter(({ field }) => !isMetric(field) && where.includes(field))
  const fields = [...named, ...summed].map(({ field }) => field).join(', ')
  return `SELECT ${fields} FROM ${resource} WHERE segments.date BETWEEN '${from}' AND '${to}'${and(where)}`
}

export function columnNames({ columns }: Report): string[] {
  return columns.map(({ name }) => name)
}

export function lowerCamelCase(name: string): string {
  return name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
}

function and(where: string): string {
  return where === '' ? '' : ` AND ${where}`
}
