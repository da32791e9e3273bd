/** What was spent on products while they were out of stock, product by product, and where the rest went. */
import { addDays } from '#server/ads/calendar.ts'
import type { Context } from '#server/context.ts'
import { isoTime } from '#server/platform/iso-time.ts'
import { toProduct } from '#server/products/wire.ts'
import type { Interval } from './attribution.ts'
import { coverage, itemIdsOf, rangeOf, timeOf } from './covered-range.ts'
import type { SpendQuery } from './schema.ts'
import { spendByStock, within, type ProductSpend, type SpendByStock } from './spend-by-stock.ts'
import { statusToWire } from './status-schema.ts'
import { statusIn } from './stock-out-statuses.ts'

const RECENT_DAYS = 7
const INTERVALS_TOLD = 100
/** As all answers tell them. */
const CONVERSION_DECIMALS = 6
const DAY_MS = 86_400_000

export type Needed = Pick<Context, 'ads' | 'products' | 'bridge' | 'stockOutStatuses' | 'currency' | 'clock'>

export async function outOfStockSpend(ctx: Needed, { status, limit, ...asked }: SpendQuery) {
  const range = rangeOf(ctx, asked)
  const spent = await ctx.ads.itemSpend(range)
  const time = timeOf(ctx, range, spent)
  const recentFrom = addDays(range.to, 1 - RECENT_DAYS)
  const owners = await ctx.bridge.match(itemIdsOf(spent))
  const stockOuts = await ctx.bridge.stockOuts(
    time,
    [...owners.values()].map(({ id }) => id),
  )
  const { products, totals } = await spendByStock(spent, { owners, stockOuts, recentFrom })
  const statuses = await ctx.stockOutStatuses.all()
  const dates = spent.accounts.flatMap(({ days }) => days.map(({ date }) => date))
  const recentDates = new Set(dates.filter((date) => date >= recentFrom)).size
  const items = products.flatMap((own) => toSpend(own, stockOuts.get(own.productId) ?? [], recentDates))
  const wanted = items
    .filter(({ own }) => status === undefined || statusIn(statuses, own.productId) === status)
    .toSorted(mostFirst)
    .slice(0, limit)
  const rows = await ctx.products.rowsById(wanted.map(({ own }) => own.productId))
  const sums = totals.map((each) => totalsToWire(each, items))
  const [only = { cost_micros: '0', currency: ctx.ads.currencyOf(ctx.ads.customerIds) }] = sums
  return {
    ...coverage(ctx, range),
    items: wanted.flatMap((each) => {
      const row = rows.get(each.own.productId)
      if (!row) return []
      return {
        product: toProduct(row, ctx.currency),
        ...toWire(each, time),
        ...statusToWire(statuses.get(row.id)),
      }
    }),
    products: countProducts(items),
    products_out_now: countProducts(items.filter(({ outSince }) => outSince !== null)),
    cost_micros: sums.length > 1 ? null : only.cost_micros,
    currency: sums.length > 1 ? '' : only.currency,
    totals: sums,
  }
}

interface Spend {
  own: ProductSpend
  stockOuts: readonly Interval[]
  outSince: number | null
  microsPerDay: bigint
}

/** None for a product on which nothing was spent while it was out of stock, and nothing is now. */
function toSpend(own: ProductSpend, stockOuts: readonly Interval[], recentDates: number): Spend[] {
  const last = stockOuts.at(-1)
  const outSince = last?.until === Infinity ? last.from : null
  if (own.costMicros === 0n && (outSince === null || own.recentMicros === 0n)) return []
  return [{ own, stockOuts, outSince, microsPerDay: own.recentMicros / BigInt(Math.max(1, recentDates)) }]
}

function mostFirst({ own: a }: Spend, { own: b }: Spend): number {
  return (
    compare(a.currency, b.currency) ||
    compare(b.costMicros, a.costMicros) ||
    compare(b.recentMicros, a.recentMicros) ||
    a.productId - b.productId
  )
}

/** A product that is advertised in two currencies has two items. */
function countProducts(spend: readonly Spend[]): number {
  return new Set(spend.map(({ own }) => own.productId)).size
}

function toWire({ own, stockOuts, outSince, microsPerDay }: Spend, time: Interval) {
  const inRange = within(time, stockOuts)
  return {
    currency: own.currency,
    cost_micros: String(own.costMicros),
    clicks: rounded(own.clicks),
    conversions: rounded(own.conversions, CONVERSION_DECIMALS),
    conversions_value: rounded(own.conversionsValue, CONVERSION_DECIMALS),
    days_out: rounded(inRange.reduce((sum, { from, until }) => sum + until - from, 0) / DAY_MS),
    estimated_days: own.estimatedDays,
    out_of_stock: inRange
      .slice(-INTERVALS_TOLD)
      .map(({ from, until }) => ({ from: iso(from), until: iso(until) })),
    out_since: isoTime(outSince),
    cost_micros_per_day: String(microsPerDay),
  }
}

function totalsToWire(totals: SpendByStock['totals'][number], spend: readonly Spend[]) {
  const { currency, inStockMicros, outOfStockMicros, unknownMicros, unmatchedMicros } = totals
  const burning = spend.filter(({ own, outSince }) => own.currency === currency && outSince !== null)
  return {
    currency,
    cost_micros: String(outOfStockMicros),
    cost_micros_per_day: String(burning.reduce((sum, { microsPerDay }) => sum + microsPerDay, 0n)),
    in_stock_cost_micros: String(inStockMicros),
    unknown_cost_micros: String(unknownMicros),
    unmatched_cost_micros: String(unmatchedMicros),
    report_cost_micros: String(inStockMicros + outOfStockMicros + unknownMicros + unmatchedMicros),
  }
}

function rounded(value: number, decimals = 2): number {
  const unit = 10 ** decimals
  return Math.round(value * unit) / unit
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}

export function compare<T extends string | bigint>(a: T, b: T): number {
  return a < b ? -1 : Number(a > b)
}
