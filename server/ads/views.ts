/** What the API tells of the store: a state for every date, its accounts, and what was restated. */
import { datesOf, isWithin, type DateRange } from './calendar.ts'
import { changedZones } from './changed-zones.ts'
import type { ReportName } from './options.ts'
import type { DateOfReport } from './plan.ts'
import { noSums, toWire } from './metric.ts'
import type { DateCount } from './run/run-metrics.ts'
import { dimensionsOf, notSummedOf, type Report } from './report.ts'
import { DAY_STATES, type Account, type Day, type ReportInfo, type Restatement } from './schema.ts'
import type { DateFailure } from './store/failures.ts'
import { indexKeyOf, type IndexLine } from './store/index-file.ts'
import type { Restatement as Restated } from './store/restatements.ts'
import type { AccountsById } from './store/stored-accounts.ts'

export interface Selection {
  range: DateRange
  reports: readonly ReportName[]
  customerIds: readonly string[]
}

export interface Known {
  lines: ReadonlyMap<string, IndexLine>
  failures: ReadonlyMap<string, DateFailure>
  isFetching: (of: DateOfReport) => boolean
  /** Whether a date has the columns that its report has now. */
  isCurrent: (line: IndexLine) => boolean
  /** What is missing of such an account is never going to be there. */
  isClosed: (customerId: string) => boolean
}

export function daysOf({ range, reports, customerIds }: Selection, known: Known): Day[] {
  return datesOf(range).flatMap((date) =>
    reports.flatMap((report) => customerIds.map((customerId) => dayOf({ report, customerId, date }, known))),
  )
}

function dayOf(of: DateOfReport, known: Known): Day {
  const { lines, failures } = known
  const line = lines.get(indexKeyOf(of))
  const failure = failures.get(indexKeyOf(of))
  const day = {
    date: of.date,
    report: of.report,
    customer_id: of.customerId,
    rows: line?.rows ?? 0,
    fetched_at: line?.fetchedAt ?? null,
    ...toWire(line?.sums ?? noSums()),
    ...(line && !known.isCurrent(line) && { old_columns: true }),
    // A date that is there stays there when fetching it again fails; that it failed is still worth telling.
    ...(failure && { code: failure.code, detail: failure.detail }),
  }
  return { ...day, state: dayStateOf(of, known) }
}

/** Of so many days it is not known what was spent. */
export function countMissing(days: readonly Pick<Day, 'state'>[]): number {
  return days.filter(({ state }) => state === 'missing' || state === 'failed' || state === 'fetching').length
}

function dayStateOf(of: DateOfReport, { lines, failures, isFetching, isClosed }: Known): Day['state'] {
  if (isFetching(of)) return 'fetching'
  const place = indexKeyOf(of)
  const stored = lines.get(place)?.state
  if (stored !== undefined) return stored
  if (isClosed(of.customerId)) return 'closed'
  return failures.has(place) ? 'failed' : 'missing'
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
        isWithin(date, range) && reports.includes(report) && customerIds.includes(customerId),
    )
    .toSorted(byDate)
}

export function byDate(a: { date: string }, b: { date: string }): number {
  return a.date < b.date ? -1 : Number(a.date > b.date)
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

/** In words that are derived from its names. */
export function reportToWire(report: Report): ReportInfo {
  const metrics = report.summed.map(({ name, unit, type }) => ({
    name,
    label: labelOf(name),
    unit: type === 'integer' ? ('count' as const) : unit,
  }))
  return {
    name: report.name,
    label: labelOf(report.name),
    dimensions: dimensionsOf(report).map(({ name }) => name),
    metrics,
    not_summed: notSummedOf(report),
  }
}

/** `all_conversions` reads “All conversions”, and micros are the amount itself. */
function labelOf(name: string): string {
  const words = name.replace(/_micros$/, '').replaceAll('_', ' ')
  return `${words[0]?.toUpperCase() ?? ''}${words.slice(1)}`
}

/** What the store knows of accounts; of one that was never asked, its number. */
export function accountsToWire(
  customerIds: readonly string[],
  accounts: AccountsById,
  lines: Iterable<IndexLine>,
): Account[] {
  const changed = changedZones(accounts, lines)
  return customerIds.map((customerId) => {
    const { name = '', currency = '', timeZone = '', closed } = accounts[customerId] ?? {}
    const moved = changed.find((each) => each.customerId === customerId)
    return {
      customer_id: customerId,
      name,
      currency,
      time_zone: timeZone,
      ...(closed !== undefined && { closed }),
      ...(moved && {
        zone_changed: { time_zone_before: moved.was, from: moved.from, to: moved.to, dates: moved.dates },
      }),
    }
  })
}
