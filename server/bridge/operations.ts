/** Ads meet products: a product's SKU is the item id in the ads' product report. */
import * as v from 'valibot'
import { addDays } from '#server/ads/calendar.ts'
import { CostCurrency, Source } from '#server/ads/schema.ts'
import type { Context } from '#server/context.ts'
import { query } from '#server/operation.ts'
import { Product } from '#server/products/schema.ts'
import { toProduct } from '#server/products/wire.ts'

const MAX_DAYS = 731

const Input = v.strictObject({
  days: v.optional(
    v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MAX_DAYS, `must be at most ${MAX_DAYS}`)),
    7,
  ),
})

const Output = v.object({
  source: Source,
  from: v.string(),
  to: v.string(),
  items: v.array(
    v.object({ product: Product, clicks: v.number(), cost_micros: v.string(), conversions: v.number() }),
  ),
  cost_micros: v.string(),
  currency: CostCurrency,
})

export const bridgeOperations = {
  outOfStockSpend: query({
    rest: 'GET /ads/out-of-stock-spend',
    summary: 'What was spent on products that are out of stock now, most first',
    input: Input,
    output: Output,
    scope: 'ads:read',
    cost: 'read',
    run: outOfStockSpend,
  }),
}

/** The last `days` dates that the account has finished, ending yesterday in its own time zone. */
export async function outOfStockSpend(
  { ads, products, currency }: Pick<Context, 'ads' | 'products' | 'currency'>,
  { days }: v.InferOutput<typeof Input>,
) {
  const to = ads.yesterday()
  const from = addDays(to, 1 - days)
  const spend = new Map((await ads.spendByItem({ from, to })).map((item) => [item.productItemId, item]))
  const outOfStock = await products.outOfStock([...spend.keys()])
  const items = outOfStock
    .flatMap((row) => {
      const spent = spend.get(row.sku ?? '')
      return spent && spent.costMicros > 0n ? [{ row, spent }] : []
    })
    .toSorted((a, b) => Number(b.spent.costMicros - a.spent.costMicros) || a.row.id - b.row.id)
  return {
    source: ads.sourceName,
    from,
    to,
    items: items.map(({ row, spent }) => ({
      product: toProduct(row, currency),
      clicks: spent.clicks,
      cost_micros: String(spent.costMicros),
      conversions: spent.conversions,
    })),
    cost_micros: String(items.reduce((sum, { spent }) => sum + spent.costMicros, 0n)),
    currency: ads.currencyOf(ads.customerIds),
  }
}
