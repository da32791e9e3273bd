/** Stock by deltas, and the ledger of all that ever changed it. */
import type { StockAdjustmentRow } from '#db/schema.postgres.ts'
import { mutation, query } from '#server/operation.ts'
import { decodeCursor, encodeCursor } from './cursor.ts'
import * as schema from './schema.ts'
import { toProduct, withCurrent } from './wire.ts'
import { productNotFound } from './writes.ts'

const PATH = '/products/:id/stock-adjustments'

export const stockOperations = {
  adjustStock: mutation({
    rest: `POST ${PATH}`,
    summary: 'Add to the stock or take from it, never below zero',
    input: schema.NewStockAdjustment,
    output: schema.StockAdjusted,
    scope: 'products:write',
    cost: 'write',
    status: 201,
    errors: ['PRODUCT_NOT_FOUND', 'INSUFFICIENT_STOCK', 'STOCK_LEVEL_CHANGED'],
    etag: ({ product }) => `"${product.version}"`,
    async run(ctx, { id, delta, reason, reference = null, expected_stock_level }) {
      const request = { id, delta, reason, reference, expectedStockLevel: expected_stock_level }
      const { adjustment, product } = await withCurrent(ctx, () =>
        ctx.products.adjustStock(request, ctx.caller.name),
      )
      return { adjustment: toAdjustment(adjustment), product: toProduct(product, ctx.currency) }
    },
  }),

  adjustments: query({
    rest: `GET ${PATH}`,
    summary: 'Every change of the stock, newest first',
    input: schema.StockAdjustmentsQuery,
    output: schema.StockAdjustmentPage,
    scope: 'products:read',
    cost: 'read',
    errors: ['PRODUCT_NOT_FOUND'],
    async run(ctx, { id, limit, cursor }) {
      if (!(await ctx.products.get(id))) throw productNotFound(id)
      const bound = ['adjustments', id]
      const before = cursor ? decodeCursor(cursor, bound).id : undefined
      const found = await ctx.products.adjustments(id, { limit: limit + 1, before })
      const items = found.slice(0, limit)
      const last = found.length > limit ? items.at(-1) : undefined
      return {
        items: items.map(toAdjustment),
        next_cursor: last
          ? encodeCursor({ direction: 'next', value: last.id, id: last.id, inclusive: false }, bound)
          : null,
      }
    },
  }),
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
