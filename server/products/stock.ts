/** Stock by deltas, and the ledger of all that ever changed it. */
import type * as v from 'valibot'
import type { StockAdjustmentRow } from '#db/schema.postgres.ts'
import type { Context } from '#server/context.ts'
import { mutation, query } from '#server/operation.ts'
import { decodeCursor, pageOf } from './cursor.ts'
import * as schema from './schema.ts'
import { toProduct, withCurrent } from './wire.ts'
import { productNotFound, type ProductKey } from './refusals.ts'

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
    run: (ctx, { id, ...adjustment }) => adjust(ctx, { id }, adjustment),
  }),

  adjustStockBySku: mutation({
    ...adjusting,
    rest: `POST ${PATH_BY_SKU}`,
    summary: 'Add to the stock of the product with this SKU or take from it, never below zero',
    description: 'As by id.',
    example: { reference: 'order-1001' },
    input: schema.NewStockAdjustmentBySku,
    run: (ctx, { sku, ...adjustment }) => adjust(ctx, { sku }, adjustment),
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

async function adjust(
  ctx: Context,
  key: ProductKey,
  adjustment: Omit<v.InferOutput<typeof schema.NewStockAdjustment>, 'id'>,
) {
  const { delta, reason, reference = null, expected_stock_level } = adjustment
  const request = { key, delta, reason, reference, expectedStockLevel: expected_stock_level }
  const adjusted = await withCurrent(ctx, () => ctx.products.adjustStock(request, ctx.caller.name))
  return {
    adjustment: toAdjustment(adjusted.adjustment),
    product: toProduct(adjusted.product, ctx.currency),
  }
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
