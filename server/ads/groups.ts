/**
 * Sums by date or by a column of the report, straight from the store. Accounts of different currencies are never added
 * up: a group is of one currency.
 */
import { nextTurn } from '#server/platform/turns.ts'
import { isWithin, startOfInterval, type DateRange, type Interval } from './calendar.ts'
import { withName, type DateGroups, type OnlyRows } from './date-groups.ts'
import { addSums, derive, noSums, toWire, type Sums } from './metric.ts'
import type { Column, Report } from './report.ts'
import type { ReportRow } from './report-schema.ts'
import type { IndexLine } from './store/index-file.ts'
import { Trend, TrendParts } from './trend.ts'

/** How the rows of a report are summed up. */
export interface GroupBy {
  report: Report
  /** Undefined for the date. */
  dimension: Column | undefined
  /** Of sums by date. */
  interval: Interval
  /** Other rows are left out. */
  only: OnlyRows | undefined
  /** What each group of a dimension was in another range. */
  before: DateRange | undefined
  /** In how many parts of the range each group of a dimension tells its cost. */
  trend: number | undefined
}

export interface GroupedRows {
  dates: DateGroups
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
export async function groupRows(
  lines: readonly IndexLine[],
  by: GroupBy,
  rows: GroupedRows,
): Promise<ReportRow[]> {
  if (by.dimension) return await rowsByDimension(lines, by.dimension, { by, rows })
  return await rowsByDate(lines, by, rows)
}

/** From the index alone, unless only some of the rows are wanted. */
async function rowsByDate(lines: readonly IndexLine[], by: GroupBy, rows: GroupedRows): Promise<ReportRow[]> {
  const groups = new Groups(by, undefined)
  for (const line of lines) {
    const start = startOfInterval(line.date, by.interval)
    const date = start < rows.range.from ? rows.range.from : start
    const { sums } = groups.of([date], rows.currencyOf(line.customerId))
    await nextTurn()
    for (const each of await sumsOf(line, by, rows.dates)) addSums(sums, each)
  }
  return groups.all.map((group) => toRow(group, ['date'], by))
}

async function sumsOf(line: IndexLine, { report, only }: GroupBy, dates: DateGroups): Promise<Sums[]> {
  if (!only) return [line.sums]
  const groups = await dates.of(line, { report, dimension: only.column })
  return groups.filter(({ cells }) => cells[0] === only.value).map(({ sums }) => sums)
}

async function rowsByDimension(
  lines: readonly IndexLine[],
  dimension: Column,
  { by, rows: { dates, range, currencyOf } }: { by: GroupBy; rows: GroupedRows },
): Promise<ReportRow[]> {
  const { report, before, only } = by
  const parts = by.trend === undefined ? undefined : new TrendParts(range, by.trend)
  const groups = new Groups(by, parts)
  for (const line of lines) {
    await nextTurn()
    const currency = currencyOf(line.customerId)
    const isNow = isWithin(line.date, range)
    const wasBefore = before !== undefined && isWithin(line.date, before)
    for (const { cells, sums } of await dates.of(line, { report, dimension, only })) {
      const group = groups.of(cells, currency)
      if (wasBefore) addSums(group.before, sums)
      if (!isNow) continue
      addSums(group.sums, sums)
      group.trend?.add(line.date, sums.cost_micros ?? 0n)
    }
  }
  const names = withName(dimension, report).map((column) => column.name)
  return mostSpentFirst(groups.all).map((group) => toRow(group, names, by))
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
    const trend = this.#parts && new Trend(this.#parts)
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
