/** What a product cost when: every change of its price, and the lowest of 30 days. */
import type * as v from 'valibot'
import type { PriceChangeRow, ProductRow } from '#db/schema.postgres.ts'
import type { Context } from '#server/context.ts'
import { query } from '#server/operation.ts'
import { decodeCursor, pageOf } from './cursor.ts'
import { PriceHistory, PricesQuery } from './price-schema.ts'
import { formatPrice, type Currency } from './product.ts'
import { productNotFound } from './refusals.ts'

const DAY_MS = 24 * 3_600_000
const LOWEST_OF_MS = 30 * DAY_MS

export const priceOperations = {
  prices: query({
    rest: 'GET /products/:id/prices',
    summary: 'Every change of its price, newest first, and the lowest price of the last 30 days',
    description:
      '`lowest_30_days` is what a price reduction in the EU has to be announced with. Prices are recorded since `recorded_since`.',
    input: PricesQuery,
    output: PriceHistory,
    scope: 'products:read',
    cost: 'read',
    errors: ['PRODUCT_NOT_FOUND'],
    run: prices,
  }),
}

async function prices(ctx: Context, { id, limit, cursor }: v.InferOutput<typeof PricesQuery>) {
  const bound = ['prices', id]
  const before = cursor ? decodeCursor(cursor, bound).id : undefined
  const product = await ctx.products.get(id)
  if (!product) throw productNotFound({ id })
  const recordedSince = Math.max(product.createdAt, await ctx.products.pricesRecordedSince())
  const lowest = lowestOf(ctx, product, recordedSince)
  const found = await ctx.products.prices(id, { limit: limit + 1, before })
  const reduction = await ctx.products.lastReduction(id)
  const { rows, next_cursor } = pageOf(
    found.map((row) => ({ ...row, id: row.version })),
    { limit, list: bound },
  )
  return {
    currency: ctx.currency.code,
    recorded_since: new Date(recordedSince).toISOString(),
    lowest_30_days: await lowest(ctx.clock.now(), product.priceMinor),
    last_reduction: reduction
      ? {
          ...toChange(reduction, ctx.currency),
          lowest_30_days: await lowest(reduction.at, reduction.beforeMinor),
        }
      : null,
    items: rows.map((row) => toChange(row, ctx.currency)),
    next_cursor,
  }
}

/** Prices that were in force in the 30 days until a time: those that ended, and the one at the end. */
function lowestOf({ products, currency }: Context, { id, createdAt }: ProductRow, recordedSince: number) {
  return async (until: number, holds: number) => {
    const from = until - LOWEST_OF_MS
    const since = Math.max(from, recordedSince)
    const ended = (await products.lowestEnded(id, { from: since, until })) ?? Infinity
    return {
      price: formatPrice(Math.min(ended, holds), currency),
      since: new Date(since).toISOString(),
      whole: since <= Math.max(from, createdAt),
    }
  }
}

function toChange(row: PriceChangeRow, currency: Currency) {
  const { version, at, beforeMinor, afterMinor, actor, reference } = row
  return {
    version,
    at: new Date(at).toISOString(),
    price: formatPrice(afterMinor, currency),
    previous_price: formatPrice(beforeMinor, currency),
    actor,
    reference,
  }
}
