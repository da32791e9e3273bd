/** From a source's row to the cells of a line. */
import { formatDecimal, parseDecimal } from './decimal.ts'
import { InvalidRowsError } from './errors.ts'
import type { Column, Report } from './report.ts'
import type { DateOfReport } from './plan.ts'

/** The cells of one line, in the order of the report's columns. */
export type Row = readonly string[]

/**
 * A row comes as Google's nested JSON, or by the names of the columns; the date and the account may be left out.
 * @throws InvalidRowsError for a cell that cannot be what its column says, or a row of another date or account:
 * a number that lost its digits or a stray row must never become a plausible line.
 */
export function toRow(raw: unknown, of: DateOfReport, report: Report): Row {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw))
    throw new InvalidRowsError('A row is not an object.')
  const cells = report.columns.map((column) => toCell(valueAt(raw, column), column, report))
  return [
    expected('date', cells[0], of.date),
    expected('customer_id', cells[1]?.replaceAll('-', ''), of.customerId),
    ...cells.slice(2),
  ]
}

/** Sorts as the key's numbers and texts do: ids are padded, so that 9 comes before 10. */
export function sortKey(row: Row, { key }: Report): string {
  return key
    .map(({ kind, at }) => {
      const cell = row[at] ?? ''
      return isNumber(kind) ? cell.padStart(20, '0') : cell
    })
    .join('\0')
}

/** From a key of `sortKey`, for people. */
export function describeKey(sorted: string, { key }: Report): string {
  const cells = sorted.split('\0')
  return key
    .map(({ name, kind }, index) => {
      const cell = cells[index] ?? ''
      return `${name} ${isNumber(kind) ? cell.replace(/^0+(?=\d)/, '') : cell}`
    })
    .join(', ')
}

function isNumber(kind: Column['kind']): boolean {
  return kind === 'id' || kind === 'integer'
}

function valueAt(raw: object, { name, path }: Column): unknown {
  const flat = (raw as Record<string, unknown>)[name]
  if (flat !== undefined) return flat
  let value: unknown = raw
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined
    value = (value as Record<string, unknown>)[step]
  }
  return value
}

function toCell(value: unknown, column: Column, report: Report): string {
  if (value === undefined || value === null || value === '') return absentCell(column, report)
  if (column.kind === 'text') return toText(value, column)
  if (column.kind === 'decimal') return toDecimalCell(value, column)
  return toDigits(value, column)
}

/** Google leaves out what equals its default. */
function absentCell(column: Column, { required }: Report): string {
  if (column === required) throw invalid(column, 'is missing')
  if (column.type === 'boolean') return 'false'
  // A share that is not known is not a share of nothing.
  const isEmpty = column.kind === 'text' || column.type === 'rate' || column.name === 'customer_id'
  return isEmpty ? '' : '0'
}

function toText(value: unknown, column: Column): string {
  // Half a surrogate pair is no text, and would not come back from a file as it went.
  if (typeof value === 'string') return value.isWellFormed() ? value : value.toWellFormed()
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean')
    return String(value)
  throw invalid(column, 'is not text')
}

/** Shorter ones are within 64 bits. */
const MAX_INT64_DIGITS = 19

function toDigits(value: unknown, column: Column): string {
  if (typeof value === 'number' && !Number.isSafeInteger(value))
    throw invalid(column, `${value} is not an exact integer: give 64-bit numbers as text or bigint`)
  const text = String(value)
  if (column.name === 'customer_id' && /^\d{3}-\d{3}-\d{4}$/.test(text)) return text
  if (!/^-?\d+$/.test(text)) throw invalid(column, `${text.slice(0, 40)} is not an integer`)
  if (text.length >= MAX_INT64_DIGITS && BigInt.asIntN(64, BigInt(text)) !== BigInt(text))
    throw invalid(column, `${text.slice(0, 40)} is beyond 64 bits`)
  return text
}

const PLAIN_DECIMAL = /^-?\d+(\.\d+)?$/

function toDecimalCell(value: unknown, column: Column): string {
  const text = String(value)
  if (PLAIN_DECIMAL.test(text)) return text
  const scaled = parseDecimal(text)
  if (scaled === undefined) throw invalid(column, `${text.slice(0, 40)} is not a decimal number`)
  return formatDecimal(scaled)
}

function expected(name: string, cell: string | undefined, value: string): string {
  if (cell !== undefined && cell !== '' && cell !== value)
    throw new InvalidRowsError(`A row has ${name} ${cell}, but ${value} was asked for.`)
  return value
}

function invalid(column: Column, what: string): InvalidRowsError {
  return new InvalidRowsError(`Column ${column.name}: ${what}.`)
}
