/** The dates that a question about spend is of, and what of them is there. */
import * as v from 'valibot'
import { addDays, startOfDate, type DateRange } from '#server/ads/calendar.ts'
import type { SpendOfItems } from '#server/ads/item-spend.ts'
import { toRange } from '#server/ads/operations.ts'
import { CalendarDate, Source, type Day } from '#server/ads/schema.ts'
import { countMissing } from '#server/ads/views.ts'
import type { Context } from '#server/context.ts'
import type { Interval } from './attribution.ts'

const MAX_DAYS = 731
const DEFAULT_DAYS = 7

type Needed = Pick<Context, 'ads'>

export const rangeFields = {
  days: v.pipe(
    v.optional(
      v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MAX_DAYS, `must be at most ${MAX_DAYS}`)),
    ),
    v.description(
      'So many dates, where from or to is left out; up to yesterday in the account’s time zone. 7.',
    ),
  ),
  from: v.optional(CalendarDate),
  to: v.optional(CalendarDate),
}
const RangeFields = v.object(rangeFields)
export type RangeQuery = v.InferOutput<typeof RangeFields>

/** What a range of dates has to say of itself. */
export const Coverage = {
  source: Source,
  from: v.string(),
  to: v.string(),
  state: v.pipe(
    v.picklist(['complete', 'unknown']),
    v.description('`unknown` while dates of the range are missing: their spend is in none of the figures.'),
  ),
  missing_dates: v.pipe(v.number(), v.description('Dates without figures, account by account.')),
}

/** The dates that are asked for, ending yesterday in the account's own time zone unless told otherwise. */
export function rangeOf({ ads }: Needed, { days, from, to }: RangeQuery): DateRange {
  const isOpen = from !== undefined && to === undefined && days !== undefined
  const asked = { from, to: isOpen ? addDays(from, days - 1) : to }
  const last = to ?? ads.yesterday()
  const otherwise = { from: addDays(last, 1 - (days ?? DEFAULT_DAYS)), to: last }
  return toRange(asked, otherwise, MAX_DAYS)
}

/** From the first date to the end of the last one, in whichever account that is. */
export function timeOf(
  { ads, clock }: Pick<Context, 'ads' | 'clock'>,
  { from, to }: DateRange,
  { accounts }: SpendOfItems,
): Interval {
  const zone = ads.zone()
  const end = Math.min(startOfDate(zone, addDays(to, 1)), clock.now())
  return {
    from: Math.min(startOfDate(zone, from), ...accounts.map(({ days }) => days[0]?.from ?? Infinity)),
    until: Math.max(end, ...accounts.map(({ days }) => days.at(-1)?.until ?? 0)),
  }
}

export function coverage({ ads }: Needed, range: DateRange) {
  const { dates, missing } = missingDates(ads, range)
  return {
    source: ads.sourceName,
    ...range,
    state: missing > 0 || dates === 0 ? ('unknown' as const) : ('complete' as const),
    missing_dates: missing,
  }
}

/** Account by account. */
export function missingDates(ads: Context['ads'], range: DateRange): { dates: number; missing: number } {
  const dates = productDates(ads, range)
  return { dates: dates.length, missing: countMissing(dates) }
}

/** Dates that all accounts have figures of. */
export function datesWithFigures(ads: Context['ads'], range: DateRange): ReadonlySet<string> {
  const byDate = Map.groupBy(productDates(ads, range), ({ date }) => date)
  const whole = [...byDate].filter(([, accounts]) => countMissing(accounts) === 0)
  return new Set(whole.map(([date]) => date))
}

function productDates(ads: Context['ads'], range: DateRange): Day[] {
  return ads.days({ range, reports: ['product'], customerIds: ads.customerIds })
}

/** Of these dates alone. */
export function itemIdsOf({ itemIds, accounts }: SpendOfItems): Set<string> {
  return new Set(accounts.flatMap(({ series }) => series.places.map((place) => itemIds[place] ?? '')))
}
