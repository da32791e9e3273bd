/** What the API tells of the store: a state for every date, and sums by date, campaign or product. */
import { datesOf, type DateRange } from './calendar.ts'
import type { ReportName } from './options.ts'
import type { DateOfReport } from './plan.ts'
import { addRow, addSums, noSums, toWire, type Sums } from './metric.ts'
import type { Row } from './row.ts'
import type { DateCount } from './run/run-metrics.ts'
import { DAY_STATES, type Day, type ReportRow, type Restatement } from './schema.ts'
import type { DateFailure } from './store/failures.ts'
import { readRows } from './store/date-file.ts'
import { indexKeyOf, type IndexLine } from './store/index-file.ts'
import { datePath } from './store/layout.ts'
import type { Restatement as Restated } from './store/restatements.ts'

export interface Selection {
  range: DateRange
  reports: readonly ReportName[]
  customerIds: readonly string[]
}

export interface Known {
  lines: ReadonlyMap<string, IndexLine>
  failures: ReadonlyMap<string, DateFailure>
  isFetching: (of: DateOfReport) => boolean
}

export function daysOf({ range, reports, customerIds }: Selection, known: Known): Day[] {
  return datesOf(range).flatMap((date) =>
    reports.flatMap((report) => customerIds.map((customerId) => dayOf({ report, customerId, date }, known))),
  )
}

function dayOf(of: DateOfReport, { lines, failures, isFetching }: Known): Day {
  const line = lines.get(indexKeyOf(of))
  const failure = failures.get(indexKeyOf(of))
  const day = {
    date: of.date,
    report: of.report,
    customer_id: of.customerId,
    rows: line?.rows ?? 0,
    fetched_at: line?.fetchedAt ?? null,
    ...toWire(line?.sums ?? noSums()),
    // A date that is there stays there when fetching it again fails; that it failed is still worth telling.
    ...(failure && { code: failure.code, detail: failure.detail }),
  }
  return { ...day, state: dayStateOf(of, { lines, failures, isFetching }) }
}

function dayStateOf(of: DateOfReport, { lines, failures, isFetching }: Known): Day['state'] {
  if (isFetching(of)) return 'fetching'
  const place = indexKeyOf(of)
  return lines.get(place)?.state ?? (failures.has(place) ? 'failed' : 'missing')
}

/** How many dates are in which state, of each report and account; those of none are named too, with 0. */
export function countStates({ range, reports, customerIds }: Selection, known: Known): DateCount[] {
  const dates = datesOf(range)
  return reports.flatMap((report) =>
    customerIds.flatMap((customerId) => {
      const counts = Map.groupBy(dates, (date) => dayStateOf({ report, customerId, date }, known))
      return DAY_STATES.map((state) => ({
        report,
        customer_id: customerId,
        state,
        dates: counts.get(state)?.length ?? 0,
      }))
    }),
  )
}

/** The lines of a selection, by date. */
export function selectLines(lines: Iterable<IndexLine>, { range, reports, customerIds }: Selection) {
  return [...lines]
    .filter(
      ({ date, report, customerId }) =>
        date >= range.from &&
        date <= range.to &&
        reports.includes(report) &&
        customerIds.includes(customerId),
    )
    .toSorted((a, b) => (a.date < b.date ? -1 : Number(a.date > b.date)))
}

/** From the index alone. */
export function rowsByDate(lines: readonly IndexLine[]): ReportRow[] {
  const sums = new Map<string, Sums>()
  for (const line of lines) addSums(sumsAt(sums, line.date), line.sums)
  return [...sums].map(([date, each]) => ({ date, ...toWire(each) }))
}

export interface Group {
  sums: Sums
  /** The newest row of the group: names change, and the last one is the one people know. */
  latest: Row
}

/** Reads the date files; `column` is the index of the cell that names the group. */
export async function groupRows(
  dir: string,
  lines: readonly IndexLine[],
  column: number,
): Promise<Map<string, Group>> {
  const groups = new Map<string, Group>()
  for (const line of lines) {
    if (line.rows === 0) continue
    for await (const row of readRows(datePath(dir, line), line.report)) {
      const name = row[column] ?? ''
      const group = groups.get(name) ?? { sums: noSums(), latest: row }
      addRow(group.sums, row)
      group.latest = row
      groups.set(name, group)
    }
  }
  return groups
}

export const REPORT_OF_GROUP = { campaign: 'campaign', product: 'product' } as const satisfies Record<
  string,
  ReportName
>

const CAMPAIGN_ID = 2
const CAMPAIGN_NAME = 3
export const PRODUCT_ITEM_ID = 4

export async function rowsByCampaign(dir: string, lines: readonly IndexLine[]): Promise<ReportRow[]> {
  const groups = await groupRows(dir, lines, CAMPAIGN_ID)
  return mostSpentFirst(groups).map(([campaign_id, { sums, latest }]) => ({
    campaign_id,
    campaign_name: latest[CAMPAIGN_NAME] ?? '',
    ...toWire(sums),
  }))
}

export async function rowsByProduct(dir: string, lines: readonly IndexLine[]): Promise<ReportRow[]> {
  const groups = await groupRows(dir, lines, PRODUCT_ITEM_ID)
  return mostSpentFirst(groups).map(([product_item_id, { sums }]) => ({
    product_item_id,
    ...toWire(sums),
  }))
}

function mostSpentFirst(groups: ReadonlyMap<string, Group>): [string, Group][] {
  return [...groups].toSorted(([, a], [, b]) => Number(b.sums.cost_micros - a.sums.cost_micros))
}

function sumsAt(sums: Map<string, Sums>, name: string): Sums {
  const found = sums.get(name) ?? noSums()
  sums.set(name, found)
  return found
}

/** Newest first. */
export function restatementsToWire(restatements: readonly Restated[]): Restatement[] {
  return restatements.toReversed().map(restatementToWire)
}

export function restatementToWire(restated: Restated): Restatement {
  const { date, report, customerId, restatedAt, fetchedAtBefore, before, after } = restated
  return {
    date,
    report,
    customer_id: customerId,
    restated_at: restatedAt,
    fetched_at_before: fetchedAtBefore,
    before: { rows: before.rows, ...toWire(before.sums) },
    after: { rows: after.rows, ...toWire(after.sums) },
  }
}
