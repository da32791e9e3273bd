/**
 * Sums by date or by a column of the report, straight from the store. Accounts of different currencies are never added
 * up: a group is of one currency.
 */
import { addRow, addSums, derive, noSums, toWire, type Sums } from './metric.ts'
import { dimensionsOf, type Column, type Report } from './report.ts'
import type { ReportRow } from './schema.ts'
import { readRows } from './store/date-file.ts'
import type { IndexLine } from './store/index-file.ts'
import { datePath } from './store/layout.ts'

interface Group {
  /** The cells that name it: one, or two where a name goes with an id. */
  cells: readonly string[]
  /** ISO 4217; empty while it is not known. */
  currency: string
  sums: Sums
}

interface Grouping {
  dir: string
  report: Report
  currencyOf: (customerId: string) => string
}

/** Groups that are asked for by a word of their own. */
export const NAMED_GROUPS: ReadonlyMap<string, { report: string; column: string }> = new Map([
  ['campaign', { report: 'campaign', column: 'campaign_id' }],
  ['product', { report: 'product', column: 'product_item_id' }],
])

/** From the index alone. @param lines by date */
export function rowsByDate(lines: readonly IndexLine[], { report, currencyOf }: Grouping): ReportRow[] {
  const groups = new Groups(report)
  for (const { date, customerId, sums } of lines)
    addSums(groups.of([date], currencyOf(customerId)).sums, sums)
  return groups.all.map((group) => toRow(group, ['date'], report))
}

/** Reads the date files. @param name of one of the report's dimensions. @param lines by date */
export async function rowsByDimension(
  lines: readonly IndexLine[],
  name: string,
  { dir, report, currencyOf }: Grouping,
): Promise<ReportRow[]> {
  const columns = columnsFor(name, report)
  const groups = new Groups(report)
  for (const line of lines) {
    if (line.rows === 0) continue
    const currency = currencyOf(line.customerId)
    for await (const row of readRows(datePath(dir, line), report)) {
      const group = groups.of(
        columns.map(({ at }) => row[at] ?? ''),
        currency,
      )
      addRow(group.sums, row, report.summed)
    }
  }
  const names = columns.map((column) => column.name)
  return mostSpentFirst(groups.all).map((group) => toRow(group, names, report))
}

/** The column, and after an id its name. */
function columnsFor(name: string, report: Report): Column[] {
  const dimensions = dimensionsOf(report)
  const nameOfIt = name.endsWith('_id') ? name.replace(/_id$/, '_name') : undefined
  return [name, nameOfIt].flatMap((each) => dimensions.find((column) => column.name === each) ?? [])
}

function toRow({ cells, currency, sums }: Group, names: readonly string[], { summed }: Report): ReportRow {
  const named = Object.fromEntries(names.map((name, index) => [name, cells[index] ?? '']))
  return { ...named, currency, ...toWire(sums), ...derive(sums, summed) }
}

class Groups {
  readonly #report: Report
  readonly #byCurrency = new Map<string, Map<string, Group>>()

  constructor(report: Report) {
    this.#report = report
  }

  /** Later cells win: names change, and the last one is the one people know. */
  of(cells: readonly string[], currency: string): Group {
    const own = this.#byCurrency.get(currency) ?? new Map<string, Group>()
    this.#byCurrency.set(currency, own)
    const [name = ''] = cells
    const group = own.get(name) ?? { cells, currency, sums: noSums(this.#report.summed) }
    group.cells = cells
    own.set(name, group)
    return group
  }

  get all(): Group[] {
    return [...this.#byCurrency.values()].flatMap((groups) => [...groups.values()])
  }
}

/** Within a currency: amounts of two currencies have no order. */
function mostSpentFirst(groups: readonly Group[]): Group[] {
  return groups.toSorted(
    (a, b) => compare(a.currency, b.currency) || Number(b.sums.cost_micros - a.sums.cost_micros),
  )
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}
