/** What is about to run out, and what its ads cost a day. */
import type * as v from 'valibot'
import { addDays } from '#server/ads/calendar.ts'
import type { Context } from '#server/context.ts'
import { query } from '#server/operation.ts'
import { decodeCursor, pageOf } from '#server/products/cursor.ts'
import { productNotFound } from '#server/products/refusals.ts'
import type { Sales, SalesWindow, SellingRow } from '#server/products/sales.ts'
import { toProduct } from '#server/products/wire.ts'
import { conversionsOf, convertedProducts, readAdsSales, spendPerDay, type AdsSales } from './ads-sales.ts'
import { coverOf, LONG_DAYS, SHORT_DAYS, type Counted, type Cover } from './cover.ts'
import * as schema from './running-out-schema.ts'
import { statusToWire } from './status-schema.ts'
import { statusIn } from './stock-out-statuses.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const MAX_DAYS_AHEAD = 3_650

export const runningOutOperations = {
  runningOut: query({
    rest: 'GET /products/running-out',
    summary: 'What is in stock and sold out soon at the rate of late, soonest first, with what its ads cost',
    description:
      'The rate is that of the ledger’s sales, else that of the conversions of the ads; `confidence` says how many events it rests on.',
    example: { within: '14d' },
    input: schema.RunningOutQuery,
    output: schema.RunningOut,
    scope: 'ads:read',
    cost: 'search',
    run: runningOut,
  }),

  cover: query({
    rest: 'GET /products/:id/cover',
    summary: 'For how long the stock of a product lasts at the rate of late, and how sure that is',
    input: schema.CoverQuery,
    output: schema.ProductCover,
    scope: 'ads:read',
    cost: 'search',
    errors: ['PRODUCT_NOT_FOUND'],
    async run(ctx, { id }) {
      const windows = windowsAt(ctx.clock.now())
      const sales = await readAdsSales(ctx)
      const [selling] = await ctx.products.selling({ windows, of: { id } })
      if (!selling) throw productNotFound({ id })
      const { status } = await ctx.stockOutStatuses.get(id)
      const row = toWire(ctx, sales, covered(selling, windows, sales))
      return { ...about(ctx, sales), ...row, ...statusToWire(status) }
    },
  }),
}

/** Of those of them that are in stock and of which something is sold. */
export async function daysOfCover(ctx: Context, ids: readonly number[]): Promise<Map<number, number>> {
  const windows = windowsAt(ctx.clock.now())
  const sales = await readAdsSales(ctx)
  const selling = await ctx.products.selling({ windows, of: { ids } })
  return new Map(
    selling.flatMap((each) => {
      const { days } = covered(each, windows, sales).cover
      return days === null ? [] : [[each.row.id, rounded(days)] as const]
    }),
  )
}

type Windows = ReturnType<typeof windowsAt>

interface Covered {
  selling: SellingRow
  method: schema.Cover['method']
  cover: Cover
}

async function runningOut(
  ctx: Context,
  { within, status, limit, cursor }: v.InferOutput<typeof schema.RunningOutQuery>,
) {
  const bound = ['running out', within, status ?? null]
  const after = cursor === undefined ? undefined : decodeCursor(cursor, bound)
  const windows = windowsAt(ctx.clock.now())
  const sales = await readAdsSales(ctx)
  const sold = await ctx.products.selling({ windows, of: { withinDays: within } })
  const advertised = await ctx.products.selling({ windows, of: { ids: convertedProducts(sales) } })
  // The ledger's have been found above, where they run out in time.
  const onlyAdvertised = advertised.filter(({ long }) => long.entries === 0)
  const soldInLedger = sold.filter(({ long }) => long.entries > 0)
  const statuses = await ctx.stockOutStatuses.all()
  const all = [...soldInLedger, ...onlyAdvertised]
    .map((selling) => ({ ...covered(selling, windows, sales), id: selling.row.id }))
    .flatMap((each) => (each.cover.days === null ? [] : [{ ...each, value: each.cover.days }]))
    .filter(({ value, id }) => value <= within && (status === undefined || statusIn(statuses, id) === status))
    .toSorted(inOrder)
  const rest = after ? all.filter((each) => inOrder(each, { ...after, value: Number(after.value) }) > 0) : all
  const { rows, next_cursor } = pageOf(rest, { limit, list: bound, placeOf: ({ value }) => value })
  return {
    ...about(ctx, sales),
    within_days: within,
    total: all.length,
    items: rows.map((each) => ({ ...toWire(ctx, sales, each), ...statusToWire(statuses.get(each.id)) })),
    next_cursor,
  }
}

function inOrder(a: { value: number; id: number }, b: { value: number; id: number }): number {
  return a.value - b.value || a.id - b.id
}

/** From full hours on, so that the pages of a list that is walked are of one list. */
function windowsAt(nowMs: number) {
  const asOf = Math.floor(nowMs / HOUR_MS) * HOUR_MS
  const window = (days: number): SalesWindow => ({ days, since: asOf - days * DAY_MS })
  return { asOf, short: window(SHORT_DAYS), long: window(LONG_DAYS) }
}

function covered(selling: SellingRow, windows: Windows, sales: AdsSales): Covered {
  const { row, short, long } = selling
  if (long.entries > 0) {
    const counted = (of: Sales, { days }: SalesWindow) => salesCounted(of, days, windows.asOf - row.createdAt)
    const both = { short: counted(short, windows.short), long: counted(long, windows.long) }
    return { selling, method: 'ledger', cover: coverOf(row.stockLevel, both) }
  }
  const both = conversionsOf(sales, row.id)
  const method = both.long.units > 0 ? 'ads' : 'none'
  return { selling, method, cover: coverOf(row.stockLevel, both) }
}

/** A product that is younger than the window could not be sold on all of its days; one day is the least to go by. */
function salesCounted({ units, entries, squares }: Sales, windowDays: number, ageMs: number): Counted {
  const days = Math.min(windowDays, Math.max(1, ageMs / DAY_MS))
  // Sales of different sizes vary as a compound Poisson process does.
  return { units, events: entries, weight: squares > 0 ? units ** 2 / squares : 0, days }
}

function about({ ads }: Context, { range, longDays }: AdsSales) {
  return { source: ads.sourceName, ads: { ...range, days_fetched: rounded(longDays) } }
}

function toWire(ctx: Context, sales: AdsSales, { selling, method, cover }: Covered): schema.Cover {
  const { counted, days, range } = cover
  const isAhead = days !== null && days <= MAX_DAYS_AHEAD
  return {
    product: toProduct(selling.row, ctx.currency),
    rate_per_day: rounded(cover.ratePerDay),
    method,
    window_days: cover.windowDays,
    days_counted: rounded(counted.days),
    events: rounded(counted.events),
    confidence: cover.confidence,
    days_of_cover: days === null ? null : rounded(days),
    days_of_cover_range: range && {
      from: rounded(range.from),
      to: range.to === null ? null : rounded(range.to),
    },
    runs_out_on: isAhead ? addDays(ctx.ads.yesterday(), 1 + Math.floor(days)) : null,
    ads_spend_per_day: spendPerDay(sales, selling.row.id),
  }
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000
}
