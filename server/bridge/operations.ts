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
    v.object({
      product: Product,
      clicks: v.number(),
      cost_micros: v.string(),
      conversions: v.number(),
      currency: v.string(),
    }),
  ),
  cost_micros: v.pipe(
    v.nullable(v.string()),
    v.description('Null where the accounts differ in currency: then only `totals` tells.'),
  ),
  currency: CostCurrency,
  totals: v.array(v.object({ currency: v.string(), cost_micros: v.string() })),
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
  const spend = Map.groupBy(await ads.spendByItem({ from, to }), ({ productItemId }) => productItemId)
  const outOfStock = await products.outOfStock([...spend.keys()])
  const items = outOfStock
    .flatMap((row) => (spend.get(row.sku ?? '') ?? []).map((spent) => ({ row, spent })))
    .filter(({ spent }) => spent.costMicros > 0n)
    .toSorted(
      (a, b) =>
        compare(a.spent.currency, b.spent.currency) ||
        Number(b.spent.costMicros - a.spent.costMicros) ||
        a.row.id - b.row.id,
    )
  const totals = [...Map.groupBy(items, ({ spent }) => spent.currency)].map(([of, each]) => ({
    currency: of,
    cost_micros: String(each.reduce((sum, { spent }) => sum + spent.costMicros, 0n)),
  }))
  const [total = { cost_micros: '0', currency: ads.currencyOf(ads.customerIds) }] = totals
  return {
    source: ads.sourceName,
    from,
    to,
    items: items.map(({ row, spent }) => ({
      product: toProduct(row, currency),
      clicks: spent.clicks,
      cost_micros: String(spent.costMicros),
      conversions: spent.conversions,
      currency: spent.currency,
    })),
    cost_micros: totals.length > 1 ? null : total.cost_micros,
    currency: totals.length > 1 ? '' : total.currency,
    totals,
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}
