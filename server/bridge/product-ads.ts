/** Products beside their ads: day by day for one of them, in sums for the rows of a table. */
import type * as v from 'valibot'
import { addDays, datesOf, startOfDate } from '#server/ads/calendar.ts'
import type { Context } from '#server/context.ts'
import { query } from '#server/operation.ts'
import type { StockStep } from '#server/products/journal.ts'
import { productNotFound } from '#server/products/refusals.ts'
import { coverage, datesWithFigures, itemIdsOf, rangeOf } from './covered-range.ts'
import * as schema from './product-ads-schema.ts'
import { FiguresByCurrency, ownedItems } from './product-figures.ts'
import { daysOfCover } from './running-out.ts'

const SHORT_DAYS = 7
const LONG_DAYS = 30

export const productAdsOperations = {
  days: query({
    rest: 'GET /products/:id/days',
    summary: 'Day by day: its stock, when it had none, and what its ads cost and brought',
    description: 'Dates are those of the ads account’s time zone; the stock is that at the end of each.',
    input: schema.ProductDaysQuery,
    output: schema.ProductDays,
    scope: 'ads:read',
    cost: 'search',
    errors: ['PRODUCT_NOT_FOUND'],
    run: days,
  }),

  adsFigures: query({
    rest: 'GET /products/ads-figures',
    summary:
      'What the ads of these products cost and brought on the last 7 and 30 dates, and their days of cover',
    description: 'One request for all rows of a table. A product without ads has empty lists.',
    input: schema.AdsFiguresQuery,
    output: schema.AdsFiguresOfProducts,
    scope: 'ads:read',
    cost: 'search',
    run: adsFigures,
  }),
}

async function days(ctx: Context, { id, ...asked }: v.InferOutput<typeof schema.ProductDaysQuery>) {
  if (!(await ctx.products.get(id))) throw productNotFound({ id })
  const range = rangeOf(ctx, asked)
  const zone = ctx.ads.zone()
  const begin = startOfDate(zone, range.from)
  const { items, byDate } = await figuresByDate(ctx, range, id)
  const fetched = datesWithFigures(ctx.ads, range)
  const levels = new Levels(await ctx.products.stockSteps(id, begin))
  const outs = (await ctx.bridge.stockOuts({ from: begin, until: ctx.clock.now() }, [id])).get(id) ?? []
  return {
    ...coverage(ctx, range),
    time_zone: zone,
    item_ids: [...new Set(items.map(({ itemId }) => itemId))],
    days: datesOf(range).map((date) => ({
      date,
      stock_level: levels.before(startOfDate(zone, addDays(date, 1))),
      has_ads_figures: fetched.has(date),
      ads: byDate.get(date)?.toWire() ?? [],
    })),
    out_of_stock: outs.map(({ from, until }) => ({
      from: new Date(from).toISOString(),
      until: until === Infinity ? null : new Date(until).toISOString(),
    })),
  }
}

async function figuresByDate({ ads, bridge }: Context, range: ReturnType<typeof rangeOf>, id: number) {
  const spent = await ads.itemSpend(range)
  const items = ownedItems(spent, await bridge.match(itemIdsOf(spent)), new Set([id]))
  const byDate = new Map<string, FiguresByCurrency>()
  for (const { account, place } of items)
    for (const [day, { date }] of account.days.entries()) {
      const figures = byDate.get(date) ?? new FiguresByCurrency()
      byDate.set(date, figures)
      figures.add(account.currency, account.series.figures(place, day, day + 1))
    }
  return { items, byDate }
}

/** A stock over time; asked for in the order of time. */
class Levels {
  readonly #steps: readonly StockStep[]
  #next = 0
  #level: number | null = null

  constructor(steps: readonly StockStep[]) {
    this.#steps = steps
  }

  before(time: number): number | null {
    for (let step = this.#steps[this.#next]; step && step.createdAt < time; step = this.#steps[this.#next]) {
      this.#level = step.stockLevelAfter
      this.#next += 1
    }
    return this.#level
  }
}

async function adsFigures(ctx: Context, { ids }: v.InferOutput<typeof schema.AdsFiguresQuery>) {
  const range = rangeOf(ctx, { days: LONG_DAYS, from: undefined, to: undefined })
  const shortFrom = addDays(range.to, 1 - SHORT_DAYS)
  const spent = await ctx.ads.itemSpend(range)
  const owners = await ctx.bridge.match(itemIdsOf(spent))
  const sums = new Map(
    ids.map((id) => [id, { short: new FiguresByCurrency(), long: new FiguresByCurrency() }] as const),
  )
  for (const { productId, account, place } of ownedItems(spent, owners, new Set(ids))) {
    const { currency, days: dates, series } = account
    const shortDay = dates.filter(({ date }) => date < shortFrom).length
    sums.get(productId)?.short.add(currency, series.figures(place, shortDay))
    sums.get(productId)?.long.add(currency, series.figures(place))
  }
  const cover = await daysOfCover(ctx, ids)
  return {
    ...coverage(ctx, range),
    items: [...sums].map(([id, { short, long }]) => ({
      product_id: id,
      last_7_days: short.toWire(),
      last_30_days: long.toWire(),
      days_of_cover: cover.get(id) ?? null,
    })),
  }
}
