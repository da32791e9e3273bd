/**
 * For how long a stock lasts, and how sure that is. Sales are counted over a short and a long window; the short one
 * tells sooner that a rate has changed, and is taken once it holds enough events.
 */

export interface Counted {
  units: number
  events: number
  /** As many events of equal size would give a rate as uncertain as this one. */
  weight: number
  /** Of the window, those that could have been counted; not 0 where there are events. */
  days: number
}

export interface Cover {
  ratePerDay: number
  windowDays: number
  counted: Counted
  confidence: 'high' | 'medium' | 'low'
  /** Null where nothing is sold. */
  days: number | null
  /** Of 95 in 100 products. Without an end where the rate may as well be 0. */
  range: { from: number; to: number | null } | null
}

export const SHORT_DAYS = 7
export const LONG_DAYS = 28
/** Two standard errors are 63 % of the rate with 10 events, and 37 % with 30. */
const MEDIUM = 10
const HIGH = 30

export function coverOf(stock: number, { short, long }: { short: Counted; long: Counted }): Cover {
  const isShort = short.weight >= MEDIUM
  const counted = isShort ? short : long
  const { units, days, weight } = counted
  const ratePerDay = days > 0 ? Math.max(0, units / days) : 0
  return {
    ratePerDay,
    windowDays: isShort ? SHORT_DAYS : LONG_DAYS,
    counted,
    confidence: weight >= HIGH ? 'high' : weight >= MEDIUM ? 'medium' : 'low',
    days: ratePerDay > 0 ? stock / ratePerDay : null,
    range: ratePerDay > 0 ? rangeOf(stock / ratePerDay, weight) : null,
  }
}

/** The square root of a Poisson count deviates by about 1/2, whatever the count is. */
function rangeOf(days: number, weight: number): NonNullable<Cover['range']> {
  const deviation = 1 / Math.sqrt(weight)
  return {
    from: days / (1 + deviation) ** 2,
    to: deviation < 1 ? days / (1 - deviation) ** 2 : null,
  }
}
