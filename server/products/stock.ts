/** Stock by deltas, and the ledger of all that ever changed it. */
import type * as v from 'valibot'
import type { StockAdjustmentRow } from '#db/schema.postgres.ts'
import type { Context } from '#server/context.ts'
import { mutation, query, type Call } from '#server/operation.ts'
import type { Adjusted } from './adjust-together.ts'
import { decodeCursor, pageOf } from './cursor.ts'
import * as schema from './schema.ts'
import { currentOf, toProduct, withCurrent } from './wire.ts'
import { productNotFound } from './refusals.ts'
import type { Adjustment } from './writes.ts'

const PATH = '/products/:id/stock-adjustments'
const PATH_BY_SKU = '/products/by-sku/:sku/stock-adjustments'

const adjusting = {
  output: schema.StockAdjusted,
  subject: 'product',
  scope: 'products:write',
  cost: 'write',
  status: 201,
  errors: ['PRODUCT_NOT_FOUND', 'INSUFFICIENT_STOCK', 'STOCK_LEVEL_CHANGED'],
  etag: ({ product }: v.InferInput<typeof schema.StockAdjusted>) => `"${product.version}"`,
  run: adjust,
  runTogether: adjustTogether,
} as const

const reading = {
  output: schema.StockAdjustmentPage,
  scope: 'products:read',
  cost: 'read',
  errors: ['PRODUCT_NOT_FOUND'],
} as const

export const stockOperations = {
  adjustStock: mutation({
    ...adjusting,
    rest: `POST ${PATH}`,
    summary: 'Add to the stock or take from it, never below zero',
    description:
      'Needs no version: a thousand sales at once of a stock of a hundred are a hundred sales, and 409 `INSUFFICIENT_STOCK` tells the others what is `available`.',
    example: { reference: 'order-1001' },
    input: schema.NewStockAdjustment,
  }),

  adjustStockBySku: mutation({
    ...adjusting,
    rest: `POST ${PATH_BY_SKU}`,
    summary: 'Add to the stock of the product with this SKU or take from it, never below zero',
    description: 'As by id.',
    example: { reference: 'order-1001' },
    input: schema.NewStockAdjustmentBySku,
  }),

  adjustments: query({
    ...reading,
    rest: `GET ${PATH}`,
    summary: 'Every change of the stock, newest first, also of a product that was deleted',
    description: 'The deltas of the whole ledger add up to the stock. `actor` is the name of the key.',
    input: schema.StockAdjustmentsQuery,
    run: adjustments,
  }),

  adjustmentsBySku: query({
    ...reading,
    rest: `GET ${PATH_BY_SKU}`,
    summary: 'Every change of the stock of the product with this SKU, newest first',
    input: schema.StockAdjustmentsBySkuQuery,
    async run(ctx, { sku, ...page }) {
      const row = await ctx.products.withSku(sku, {})
      if (!row) throw productNotFound({ sku })
      return await adjustments(ctx, { id: row.id, ...page })
    },
  }),
}

type Bound = Pick<Context, 'products' | 'currency'>

type Asked =
  | v.InferOutput<typeof schema.NewStockAdjustment>
  | v.InferOutput<typeof schema.NewStockAdjustmentBySku>

async function adjust(ctx: Context, asked: Asked) {
  const adjusted = await withCurrent(ctx, () => ctx.products.adjustStock(toRequest(asked), ctx.caller.name))
  return toAdjusted(ctx, adjusted)
}

async function adjustTogether(ctx: Bound, calls: readonly Call<Asked>[]) {
  const requests = calls.map(({ caller, input }) => ({ ...toRequest(input), actor: caller.name }))
  const outcomes = await ctx.products.adjustTogether(requests)
  return outcomes.map((outcome) =>
    outcome instanceof Error
      ? { refusal: currentOf(ctx, outcome) }
      : outcome && { output: toAdjusted(ctx, outcome) },
  )
}

function toRequest(asked: Asked): Adjustment {
  const { delta, reason, reference = null, expected_stock_level: expectedStockLevel } = asked
  const key = 'id' in asked ? { id: asked.id } : { sku: asked.sku }
  return { key, delta, reason, reference, expectedStockLevel }
}

function toAdjusted({ currency }: Pick<Context, 'currency'>, { adjustment, product }: Adjusted) {
  return { adjustment: toAdjustment(adjustment), product: toProduct(product, currency) }
}

async function adjustments(
  ctx: Context,
  { id, limit, cursor }: v.InferOutput<typeof schema.StockAdjustmentsQuery>,
) {
  const bound = ['adjustments', id]
  const before = cursor ? decodeCursor(cursor, bound).id : undefined
  const found = await ctx.products.adjustments(id, { limit: limit + 1, before })
  // Only a product that had stock has a ledger: it stays when the product is deleted.
  if (found.length === 0 && !(await ctx.products.get(id))) throw productNotFound({ id })
  const { rows, next_cursor } = pageOf(found, { limit, list: bound })
  return { items: rows.map(toAdjustment), next_cursor }
}

function toAdjustment(row: StockAdjustmentRow) {
  return {
    id: row.id,
    delta: row.delta,
    stock_level_after: row.stockLevelAfter,
    reason: row.reason,
    reference: row.reference,
    actor: row.actor,
    created_at: new Date(row.createdAt).toISOString(),
  }
}
