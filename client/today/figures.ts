/** What the ads of a day or a week came to, beside the same weekdays before. Currencies are never added up. */
import { dateOf, dayNumber } from '#client/ads/calendar-grid.ts'
import { shareOf, sumOf, type Days, type Figures } from '#client/ads/days.ts'
import { isStored } from '#client/ads/metric.ts'
import type { Range } from '#client/ads/range.ts'
import type { Outputs } from '#client/api.ts'

const WEEK = 7
/** Shown as a trend. */
export const TREND_DAYS = 2 * WEEK

/** The last dates up to `to`. */
export function lastDates(to: string, days: number): Range {
  return { from: dateOf(dayNumber(to) - days + 1), to }
}

export function weekBefore({ from, to }: Range): Range {
  return { from: dateOf(dayNumber(from) - WEEK), to: dateOf(dayNumber(to) - WEEK) }
}

export interface Period {
  currency: string
  range: Range
  now: Figures
  before: Figures
  /** Dates of either week that are not stored, account by account: then nothing can be compared. */
  missing: number
  /** Cost in micros of each date of the trend, oldest first. */
  trend: number[]
}

/** For each currency: the range and the week before it, of the report that has all of the cost. */
export function periodsOf({ days, accounts }: Days, range: Range): Period[] {
  const report = days.some((day) => day.report === 'campaign') ? 'campaign' : days[0]?.report
  const before = weekBefore(range)
  const dates = Array.from({ length: TREND_DAYS }, (_, index) =>
    dateOf(dayNumber(range.to) - TREND_DAYS + 1 + index),
  )
  return [...Map.groupBy(accounts, ({ currency }) => currency)].map(([currency, own]) => {
    const ids = new Set(own.map((account) => account.customer_id))
    const ofCurrency = days.filter((day) => day.report === report && ids.has(day.customer_id))
    const within = (part: Range) => ofCurrency.filter(({ date }) => date >= part.from && date <= part.to)
    const compared = [...within(range), ...within(before)]
    return {
      currency,
      range,
      now: sumOf(within(range).filter(isStored)),
      before: sumOf(within(before).filter(isStored)),
      missing: compared.filter((day) => !isStored(day) && day.state !== 'closed').length,
      trend: dates.map((date) =>
        Number(sumOf(within({ from: date, to: date }).filter(isStored)).cost_micros),
      ),
    }
  })
}

/** Value of conversions for one unit of cost. */
export function returnOf({ cost_micros: micros, conversions_value: value }: Figures): number | undefined {
  return shareOf(value, Number(micros) / 1e6)
}

type ReportRow = Outputs['ads']['report']['rows'][number]

export interface Mover {
  key: string
  name: string
  currency: string
  costMicros: bigint
  changeMicros: bigint
}

/** What costs more or less than the week before, the biggest change first. */
export function moversOf(now: readonly ReportRow[], before: readonly ReportRow[]): Mover[] {
  const movers = new Map<string, Mover>()
  for (const [rows, sign] of [
    [before, -1n],
    [now, 1n],
  ] as const)
    for (const row of rows) {
      const id = row.campaign_id ?? row.product_item_id ?? ''
      const key = `${row.currency} ${id}`
      const known = movers.get(key)
      const cost = BigInt(row.cost_micros)
      movers.set(key, {
        key,
        name: row.campaign_name ?? id,
        currency: row.currency,
        costMicros: sign > 0n ? cost : 0n,
        changeMicros: (known?.changeMicros ?? 0n) + sign * cost,
      })
    }
  return [...movers.values()]
    .filter(({ changeMicros }) => changeMicros !== 0n)
    .toSorted((a, b) => Number(size(b.changeMicros) - size(a.changeMicros)))
}

function size(micros: bigint): bigint {
  return micros < 0n ? -micros : micros
}
