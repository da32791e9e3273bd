/** What the table shows, as a file: the rows as they are sorted and found, the columns that are chosen. */
import type { FigureColumn } from './columns.ts'
import { changeOf, type TableRow } from './rows.ts'

interface Shown {
  /** What the rows are, such as “Campaign”. */
  heading: string
  rows: readonly TableRow[]
  columns: readonly FigureColumn[]
  isCompared: boolean
}

/** Amounts are in units of the currency, and plain numbers. */
export function toCsv({ heading, rows, columns, isCompared }: Shown): string {
  const head = columns.flatMap(({ label }) => [
    label,
    ...(isCompared ? [`${label} before`, `${label} change`] : []),
  ])
  const lines = rows.map((row) => {
    const cells = columns.flatMap((column) => {
      const own = cellOf(column, column.amountOf(row.now))
      const before = cellOf(column, row.before && column.amountOf(row.before))
      return isCompared ? [own, before, cellOf(column, changeOf(row, column)?.by)] : [own]
    })
    return [asText(row.name), asText(row.value), row.currency, ...cells]
  })
  const all = [[heading, 'ID', 'Currency', ...head], ...lines]
  return all.map((cells) => cells.map(quoted).join(',')).join('\r\n')
}

const DECIMALS = 6
const MICROS = 1e6

function cellOf({ isMicros }: FigureColumn, amount: number | undefined): string {
  if (amount === undefined) return ''
  return String(Number((isMicros === true ? amount / MICROS : amount).toFixed(DECIMALS)))
}

/** A spreadsheet would take such a text for a formula. */
function asText(text: string): string {
  return /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell
}
