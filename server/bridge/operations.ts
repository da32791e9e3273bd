/** Ads meet products: what was spent on them while they were out of stock, and on what no product has. */
import type * as v from 'valibot'
import type { DayOfItems } from '#server/ads/item-spend.ts'
import { addDays, startOfDate, type DateRange } from '#server/ads/calendar.ts'
import { toNumber } from '#server/ads/decimal.ts'
import type { Day } from '#server/ads/schema.ts'
import { toRange } from '#server/ads/operations.ts'
import type { Context } from '#server/context.ts'
import { mutation, query } from '#server/operation.ts'
import { Nothing } from '#server/products/schema.ts'
import { toProduct } from '#server/products/wire.ts'
import type { Interval } from './attribution.ts'
import * as schema from './schema.ts'
import { spendByStock, within, type ProductSpend, type SpendByStock } from './spend-by-stock.ts'

const DEFAULT_DAYS = 7
const RECENT_DAYS = 7
const INTERVALS_TOLD = 100
const DAY_MS = 86_400_000
const RULES = '/ads/item-id-rules'

export const bridgeOperations = {
  outOfStockSpend: query({
    rest: 'GET /ads/out-of-stock-spend',
    summary: 'What was spent on products while they were out of stock, most first, and where the rest went',
    input: schema.SpendQuery,
    output: schema.OutOfStockSpend,
    scope: 'ads:read',
    cost: 'search',
    run: outOfStockSpend,
  }),

  unmatchedItems: query({
    rest: 'GET /ads/unmatched-items',
    summary:
      'Item ids of the ads that no product has, most spent first; with rules, as they would leave them',
    input: schema.UnmatchedQuery,
    output: schema.UnmatchedItems,
    scope: 'ads:read',
    cost: 'search',
    run: unmatchedItems,
  }),

  itemIdRules: query({
    rest: `GET ${RULES}`,
    summary: 'How item ids are made of products’ fields, where they are neither ads_item_id nor SKU',
    input: Nothing,
    output: schema.Rules,
    scope: 'ads:read',
    cost: 'read',
    run: rules,
  }),

  setItemIdRules: mutation({
    rest: `POST ${RULES}`,
    summary: 'Set them, such as shopify_{country}_{product}_{variant} or gla_{id}',
    input: schema.RulesChange,
    output: schema.Rules,
    scope: 'ads:write',
    cost: 'write',
    transactional: false,
    async run(ctx, { rules: templates }) {
      await ctx.bridge.storeRules(templates)
      return await rules(ctx)
    },
  }),
}

type Needed = Pick<Context, 'ads' | 'products' | 'bridge' | 'currency' | 'clock'>

export async function outOfStockSpend(ctx: Needed, asked: schema.SpendQuery) {
  const range = rangeOf(ctx, asked)
  const days = await ctx.ads.itemSpend(range)
  const time = timeOf(ctx, range, days)
  const stockOuts = await ctx.bridge.stockOuts(time)
  const recentFrom = addDays(range.to, 1 - RECENT_DAYS)
  const owners = await ctx.bridge.match(itemIdsOf(days))
  const { products, totals } = spendByStock(days, { owners, stockOuts, recentFrom })
  const recentDates = new Set(days.flatMap(({ date }) => (date >= recentFrom ? date : []))).size
  const items = await itemsOf(ctx, products, { stockOuts, time, recentDates })
  const sums = totals.map(totalsToWire)
  const [only = { cost_micros: '0', currency: ctx.ads.currencyOf(ctx.ads.customerIds) }] = sums
  return {
    ...coverage(ctx, range),
    items,
    cost_micros: sums.length > 1 ? null : only.cost_micros,
    currency: sums.length > 1 ? '' : only.currency,
    totals: sums,
  }
}

interface Around {
  stockOuts: ReadonlyMap<number, Interval[]>
  time: Interval
  recentDates: number
}

/** Those on which something was spent while they were out of stock, or is spent now. */
async function itemsOf({ products, currency }: Needed, spend: readonly ProductSpend[], around: Around) {
  const { stockOuts, time, recentDates } = around
  const isOut = (productId: number) => stockOuts.get(productId)?.at(-1)?.until === Infinity
  const told = spend.filter(
    ({ productId, costMicros, recentMicros }) => costMicros > 0n || (isOut(productId) && recentMicros > 0n),
  )
  const rows = await products.rowsById(told.map(({ productId }) => productId))
  return told
    .toSorted(
      (a, b) =>
        compare(a.currency, b.currency) ||
        compare(b.costMicros, a.costMicros) ||
        compare(b.recentMicros, a.recentMicros) ||
        a.productId - b.productId,
    )
    .flatMap((own) => {
      const row = rows.get(own.productId)
      if (!row) return []
      const times = stockOuts.get(row.id) ?? []
      const inRange = within(time, times)
      return {
        product: toProduct(row, currency),
        currency: own.currency,
        cost_micros: String(own.costMicros),
        clicks: rounded(own.clicks),
        conversions: toNumber(own.conversions),
        conversions_value: toNumber(own.conversionsValue),
        days_out: rounded(inRange.reduce((sum, { from, until }) => sum + until - from, 0) / DAY_MS),
        estimated_days: own.estimatedDays,
        out_of_stock: inRange
          .slice(-INTERVALS_TOLD)
          .map(({ from, until }) => ({ from: iso(from), until: iso(until) })),
        out_since: isOut(row.id) ? iso(times.at(-1)?.from ?? 0) : null,
        cost_micros_per_day: String(own.recentMicros / BigInt(Math.max(1, recentDates))),
      }
    })
}

function totalsToWire(totals: SpendByStock['totals'][number]) {
  const { currency, inStockMicros, outOfStockMicros, unknownMicros, unmatchedMicros } = totals
  return {
    currency,
    cost_micros: String(outOfStockMicros),
    in_stock_cost_micros: String(inStockMicros),
    unknown_cost_micros: String(unknownMicros),
    unmatched_cost_micros: String(unmatchedMicros),
    report_cost_micros: String(inStockMicros + outOfStockMicros + unknownMicros + unmatchedMicros),
  }
}

async function unmatchedItems(
  ctx: Needed,
  { rules: proposed, limit, ...asked }: v.InferOutput<typeof schema.UnmatchedQuery>,
) {
  const range = rangeOf(ctx, asked)
  const days = await ctx.ads.itemSpend(range)
  const itemIds = itemIdsOf(days)
  const owners = await ctx.bridge.match(itemIds, proposed)
  const { unmatched, totals } = spendByStock(days, { owners, stockOuts: new Map(), recentFrom: range.to })
  return {
    ...coverage(ctx, range),
    matched: owners.size,
    unmatched: itemIds.size - owners.size,
    items: unmatched
      .toSorted((a, b) => compare(a.currency, b.currency) || compare(b.costMicros, a.costMicros))
      .slice(0, limit)
      .map(({ itemId, currency, clicks, costMicros }) => ({
        item_id: itemId,
        currency,
        clicks,
        cost_micros: String(costMicros),
      })),
    totals: totals.map(({ currency, unmatchedMicros }) => ({
      currency,
      cost_micros: String(unmatchedMicros),
    })),
  }
}

async function rules({ bridge }: Pick<Context, 'bridge'>) {
  const { templates, source } = await bridge.rules()
  return { rules: [...templates], source }
}

/** The dates that are asked for, ending yesterday in the account's own time zone unless told otherwise. */
function rangeOf({ ads }: Needed, { days, from, to }: schema.SpendQuery): DateRange {
  const isOpen = from !== undefined && to === undefined && days !== undefined
  const asked = { from, to: isOpen ? addDays(from, days - 1) : to }
  const last = to ?? ads.yesterday()
  const otherwise = { from: addDays(last, 1 - (days ?? DEFAULT_DAYS)), to: last }
  return toRange(asked, otherwise, schema.MAX_DAYS)
}

/** From the first date to the end of the last one, in whichever account that is. */
function timeOf({ ads, clock }: Needed, { from, to }: DateRange, days: readonly DayOfItems[]): Interval {
  const zone = ads.zone()
  const end = Math.min(startOfDate(zone, addDays(to, 1)), clock.now())
  return {
    from: Math.min(startOfDate(zone, from), ...days.map(({ time }) => time.from)),
    until: Math.max(end, ...days.map(({ time }) => time.until)),
  }
}

const WITH_FIGURES: ReadonlySet<Day['state']> = new Set([
  'complete',
  'empty',
  'provisional',
  'partial',
  // Its account was closed: nothing was spent.
  'closed',
])

function coverage({ ads }: Needed, range: DateRange) {
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
  const dates = ads.days({ range, reports: ['product'], customerIds: ads.customerIds })
  return { dates: dates.length, missing: dates.filter(({ state }) => !WITH_FIGURES.has(state)).length }
}

export function itemIdsOf(days: readonly DayOfItems[]): Set<string> {
  return new Set(days.flatMap(({ items }) => items.map(({ itemId }) => itemId)))
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}

function compare<T extends string | bigint>(a: T, b: T): number {
  return a < b ? -1 : Number(a > b)
}
