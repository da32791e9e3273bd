/**
 * Sums by date or by a column of the report, straight from the store. Accounts of different currencies are never added
 * up: a group is of one currency.
 */
import { isWithin, startOfInterval, type DateRange, type Interval } from './calendar.ts'
import { addRow, addSums, derive, noSums, toWire, type Sums } from './metric.ts'
import { dimensionsOf, type Column, type Report } from './report.ts'
import type { ReportRow } from './report-schema.ts'
import { readRows } from './store/date-file.ts'
import type { IndexLine } from './store/index-file.ts'
import { datePath } from './store/layout.ts'
import { Trend, TrendParts } from './trend.ts'

/** How the rows of a report are summed up. */
export interface GroupBy {
  report: Report
  /** Undefined for the date. */
  dimension: Column | undefined
  /** Of sums by date. */
  interval: Interval
  /** Other rows are left out. */
  only: { column: Column; value: string } | undefined
  /** What each group of a dimension was in another range. */
  before: DateRange | undefined
  /** In how many parts of the range each group of a dimension tells its cost. */
  trend: number | undefined
}

/** Where the rows are. */
interface Rows {
  dir: string
  range: DateRange
  currencyOf: (customerId: string) => string
}

interface Group {
  /** The cells that name it: one, or two where a name goes with an id. */
  cells: readonly string[]
  /** ISO 4217; empty while it is not known. */
  currency: string
  sums: Sums
  before: Sums
  trend: Trend | undefined
}

/** Groups that are asked for by a word of their own. */
export const NAMED_GROUPS: ReadonlyMap<string, { report: string; column: string }> = new Map([
  ['campaign', { report: 'campaign', column: 'campaign_id' }],
  ['product', { report: 'product', column: 'product_item_id' }],
])

/** @param lines of both ranges, by date */
export async function groupRows(lines: readonly IndexLine[], by: GroupBy, rows: Rows): Promise<ReportRow[]> {
  if (by.dimension) return await rowsByDimension(lines, by.dimension, { by, rows })
  return await rowsByDate(lines, by, rows)
}

/** From the index alone, unless only some of the rows are wanted. */
async function rowsByDate(lines: readonly IndexLine[], by: GroupBy, rows: Rows): Promise<ReportRow[]> {
  const groups = new Groups(by, undefined)
  for (const line of lines) {
    const start = startOfInterval(line.date, by.interval)
    const date = start < rows.range.from ? rows.range.from : start
    const { sums } = groups.of([date], rows.currencyOf(line.customerId))
    if (by.only) for await (const row of rowsOf(line, by, rows.dir)) addRow(sums, row, by.report.summed)
    else addSums(sums, line.sums)
  }
  return groups.all.map((group) => toRow(group, ['date'], by))
}

async function rowsByDimension(
  lines: readonly IndexLine[],
  dimension: Column,
  { by, rows: { dir, range, currencyOf } }: { by: GroupBy; rows: Rows },
): Promise<ReportRow[]> {
  const { report, before } = by
  const columns = withName(dimension, report)
  const parts = by.trend === undefined ? undefined : new TrendParts(range, by.trend)
  const groups = new Groups(by, parts)
  for (const line of lines) {
    const currency = currencyOf(line.customerId)
    const isNow = isWithin(line.date, range)
    const wasBefore = before !== undefined && isWithin(line.date, before)
    for await (const row of rowsOf(line, by, dir)) {
      const group = groups.of(
        columns.map(({ at }) => row[at] ?? ''),
        currency,
      )
      if (wasBefore) addRow(group.before, row, report.summed)
      if (!isNow) continue
      addRow(group.sums, row, report.summed)
      group.trend?.add(line.date, row)
    }
  }
  const names = columns.map((column) => column.name)
  return mostSpentFirst(groups.all).map((group) => toRow(group, names, by))
}

async function* rowsOf(line: IndexLine, { report, only }: GroupBy, dir: string) {
  if (line.rows === 0) return
  for await (const row of readRows(datePath(dir, line), report))
    if (!only || row[only.column.at] === only.value) yield row
}

/** The column, and after an id its name. */
function withName(column: Column, report: Report): Column[] {
  if (!column.name.endsWith('_id')) return [column]
  const name = column.name.replace(/_id$/, '_name')
  return [column, ...dimensionsOf(report).filter((each) => each.name === name)]
}

function toRow({ cells, currency, sums, before, trend }: Group, names: readonly string[], by: GroupBy) {
  const named = Object.fromEntries(names.map((name, index) => [name, cells[index] ?? '']))
  const figures = (of: Sums) => ({ ...toWire(of), ...derive(of, by.report.summed) })
  return {
    ...named,
    currency,
    ...figures(sums),
    ...(by.before && { before: figures(before) }),
    ...(trend && { trend: trend.toWire() }),
  } satisfies ReportRow
}

class Groups {
  readonly #by: GroupBy
  readonly #parts: TrendParts | undefined
  readonly #byCurrency = new Map<string, Map<string, Group>>()

  constructor(by: GroupBy, parts: TrendParts | undefined) {
    this.#by = by
    this.#parts = parts
  }

  /** Later cells win: names change, and the last one is the one people know. */
  of(cells: readonly string[], currency: string): Group {
    const own = this.#byCurrency.get(currency) ?? new Map<string, Group>()
    this.#byCurrency.set(currency, own)
    const [name = ''] = cells
    const group = own.get(name) ?? this.#newGroup(cells, currency)
    group.cells = cells
    own.set(name, group)
    return group
  }

  get all(): Group[] {
    return [...this.#byCurrency.values()].flatMap((groups) => [...groups.values()])
  }

  #newGroup(cells: readonly string[], currency: string): Group {
    const { summed } = this.#by.report
    const trend = this.#parts && new Trend(this.#parts, summed)
    return { cells, currency, sums: noSums(summed), before: noSums(summed), trend }
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
