/** A product over time, date by date: what is drawn, said and listed of it. */
import type { Outputs } from '#client/api.ts'
import type { Product } from '#client/products/columns.ts'
import { count, money, longDate, microsAsMoney, plural } from '#client/ui/format.ts'

type Days = Outputs['products']['days']
export type Prices = Outputs['products']['prices']

export interface HistoryPoint {
  date: string
  /** At the end of the date; null before anything is known. */
  stock: number | null
  /** Null where it is not fetched, and today. */
  costMicros: string | null
  clicks: number
  /** At the end of the date, as decimal text; null before prices were recorded. */
  price: string | null
}

export interface History {
  /** Oldest first; the last one is today. */
  points: readonly HistoryPoint[]
  /** In which the cost is: the one with the most of it. */
  currency: string
  otherCurrencies: readonly string[]
  priceCurrency: string
  /** Times without stock, in dates and parts of dates since the first one. */
  outs: readonly { from: number; until: number }[]
}

export function historyOf(days: Days, prices: Prices, product: Product): History {
  const [currency = '', ...otherCurrencies] = currenciesOf(days)
  const dateOf = (instant: string) => placeIn(days.time_zone, instant).date
  const today = dateOf(new Date().toISOString())
  const priceAt = pricesByDate(prices, product, dateOf)
  const points = days.days.map(({ date, stock_level, has_ads_figures, ads }) => {
    const own = ads.find((each) => each.currency === currency)
    return {
      date,
      stock: stock_level,
      costMicros: has_ads_figures ? (own?.cost_micros ?? '0') : null,
      clicks: own?.clicks ?? 0,
      price: priceAt(date),
    }
  })
  const now = { date: today, stock: product.stock_level, costMicros: null, clicks: 0, price: product.price }
  const all = [...points, now]
  const placeOf = (instant: string) => {
    const { date, share } = placeIn(days.time_zone, instant)
    const index = all.findIndex((each) => each.date >= date)
    return index === -1 ? all.length : all[index]?.date === date ? index + share : index
  }
  return {
    points: all,
    currency,
    otherCurrencies,
    priceCurrency: product.currency,
    outs: days.out_of_stock.map(({ from, until }) => ({
      from: placeOf(from),
      until: until === null ? all.length : placeOf(until),
    })),
  }
}

/** The one with the most cost first. */
function currenciesOf({ days }: Days): string[] {
  const sums = new Map<string, bigint>()
  for (const { currency, cost_micros: micros } of days.flatMap(({ ads }) => ads))
    sums.set(currency, (sums.get(currency) ?? 0n) + BigInt(micros))
  return [...sums].toSorted(([, a], [, b]) => (a < b ? 1 : -1)).map(([currency]) => currency)
}

/** Changes are told newest first: the first one that is not later than a date made its price. */
function pricesByDate(
  { items, recorded_since: since, next_cursor: more }: Prices,
  { price }: Product,
  dateOf: (instant: string) => string,
) {
  const changes = items.map((change) => ({ ...change, date: dateOf(change.at) }))
  const oldest = changes.at(-1)
  const knownFrom = more === null || !oldest ? dateOf(since) : oldest.date
  return (date: string): string | null => {
    if (date < knownFrom) return null
    return changes.find((change) => change.date <= date)?.price ?? oldest?.previous_price ?? price
  }
}

/** The date in a time zone, and how much of it is over. */
function placeIn(timeZone: string, instant: string): { date: string; share: number } {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    dateStyle: 'short',
    timeStyle: 'short',
    hourCycle: 'h23',
  }).formatToParts(new Date(instant))
  const part = (type: string) => parts.find((each) => each.type === type)?.value ?? ''
  return {
    date: `${part('year')}-${part('month')}-${part('day')}`,
    share: (Number(part('hour')) * 60 + Number(part('minute'))) / 1440,
  }
}

export function pointInWords({ date, ...point }: HistoryPoint, history: History): string {
  return `${longDate(date)}: ${stockOf(point)}, ${costOf(point, history)}, ${priceOf(point, history)}`
}

function stockOf({ stock }: Pick<HistoryPoint, 'stock'>): string {
  return stock === null ? 'stock not known' : stock === 0 ? 'out of stock' : `${count(stock)} in stock`
}

function costOf({ costMicros, clicks }: Pick<HistoryPoint, 'costMicros' | 'clicks'>, { currency }: History) {
  if (costMicros === null) return 'ads not fetched yet'
  return `ads ${microsAsMoney(costMicros, currency)} for ${plural(clicks, 'click')}`
}

function priceOf({ price }: Pick<HistoryPoint, 'price'>, { priceCurrency }: History): string {
  return price === null ? 'price not recorded' : `price ${money(price, priceCurrency)}`
}
