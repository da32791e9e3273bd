/** Which dates are due. A date is a date of the account: every `today` here is the one in its time zone. */
import { addDays, datesOf, type DateRange } from './calendar.ts'
import type { ReportName } from './options.ts'

export interface DateOfReport {
  report: ReportName
  customerId: string
  date: string
}

export type RunKind = 'backfill' | 'fetch' | 'daily'

/** Google refuses daily figures from before this many months. */
export const GRANULAR_MONTHS = 37

/** The two years that end yesterday: 730 dates, or 731 with a 29 February among them. */
export function twoYears(today: string): DateRange {
  const to = Temporal.PlainDate.from(today).subtract({ days: 1 })
  return { from: to.subtract({ years: 2 }).add({ days: 1 }).toString(), to: to.toString() }
}

/** A range of which one end, or both, is left to the default. */
export interface AskedRange {
  from?: string | undefined
  to?: string | undefined
}

/** What is left out is the default's end, or the given one's own where the default lies beyond it. */
export function fillRange({ from, to }: AskedRange, otherwise: DateRange): DateRange {
  const last = to ?? (from !== undefined && from > otherwise.to ? from : otherwise.to)
  return { from: from ?? (otherwise.from > last ? last : otherwise.from), to: last }
}

/** What the store knows of a date that is present. */
export interface Present {
  /** It was not over when it was fetched. */
  isPartial: boolean
  /** The account's date when it was fetched. Asked only where it matters: a calendar costs more than a look. */
  fetchedOn: () => string
}

export interface PlanInput {
  kind: RunKind
  range: DateRange
  today: string
  lookbackDays: number
  refresh: boolean
  /** Undefined when the store does not have the date. */
  present: (date: string) => Present | undefined
}

export interface Plan {
  due: string[]
  skipped: number
}

/** Newest first: should the run be cut short, the recent dates are worth more. */
export function planDates({ range, present, ...input }: PlanInput): Plan {
  const dates = datesOf(range)
  const due = dates.filter((date) => isDue(date, present(date), input)).toReversed()
  return { due, skipped: dates.length - due.length }
}

type DueInput = Pick<PlanInput, 'kind' | 'today' | 'lookbackDays' | 'refresh'>

function isDue(date: string, present: Present | undefined, input: DueInput): boolean {
  if (!present || present.isPartial || input.refresh) return true
  if (input.kind !== 'daily') return false
  // Not only the window: a date whose last fetch lay inside its own window gets a final one after a downtime.
  const inWindow = date >= addDays(input.today, -input.lookbackDays)
  return inWindow || isProvisional(date, present.fetchedOn(), input.lookbackDays)
}

/** The account's day was not over yet: most of its figures were still to come. */
export function isPartial(date: string, fetchedOn: string): boolean {
  return fetchedOn <= date
}

/** Google may still restate it: a later daily run is to fetch it again. */
export function isProvisional(date: string, fetchedOn: string, lookbackDays: number): boolean {
  return fetchedOn < addDays(date, lookbackDays)
}

export interface Clamped {
  /** Undefined when nothing is left. */
  range: DateRange | undefined
  /** In plain words, when the range asked for could not be had. */
  notice?: string
}

/** Cuts off what no request could bring: dates to come, and for Google those older than it keeps by the day. */
export function clampRange(range: DateRange, today: string, oldest: string | undefined): Clamped {
  const to = range.to > today ? today : range.to
  const from = oldest !== undefined && range.from < oldest ? oldest : range.from
  if (to === range.to && from === range.from) return { range }
  const asked = range.from === range.to ? range.from : `${range.from} to ${range.to}`
  const reasons = [
    ...(from === range.from
      ? []
      : [`Google keeps daily figures for ${GRANULAR_MONTHS} months, since ${from}`]),
    ...(to === range.to ? [] : [`today is ${today} in the account's time zone`]),
  ]
  if (from > to) return { range: undefined, notice: `Nothing of ${asked} can be had: ${reasons.join('; ')}.` }
  return {
    range: { from, to },
    notice: `Asked for ${asked}, taking ${from} to ${to}: ${reasons.join('; ')}.`,
  }
}

export function oldestAvailable(today: string): string {
  return Temporal.PlainDate.from(today).subtract({ months: GRANULAR_MONTHS }).toString()
}
