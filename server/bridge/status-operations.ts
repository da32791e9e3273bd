/** What is being done about products without stock. */
import type * as v from 'valibot'
import type { Context } from '#server/context.ts'
import { invalidInput } from '#server/errors.ts'
import { mutation, query } from '#server/operation.ts'
import { isoTime } from '#server/platform/iso-time.ts'
import * as schema from './status-schema.ts'
import type { ProductStatus } from './stock-out-statuses.ts'

const PATH = '/products/:id/stock-out-status'

export const statusOperations = {
  stockOutStatus: query({
    rest: `GET ${PATH}`,
    summary: 'What is being done about a product without stock: new, acknowledged or handled',
    input: schema.StatusQuery,
    output: schema.ProductStatus,
    scope: 'products:read',
    cost: 'read',
    errors: ['PRODUCT_NOT_FOUND'],
    run: async ({ stockOutStatuses }, { id }) => toWire(id, await stockOutStatuses.get(id)),
  }),

  setStockOutStatus: mutation({
    rest: `PATCH ${PATH}`,
    summary: 'Acknowledge a stock-out, for a time or until the next one, call it handled, or new again',
    example: { status: 'acknowledged' },
    input: schema.StatusChange,
    output: schema.ProductStatus,
    subject: 'product',
    scope: 'products:write',
    cost: 'write',
    errors: ['PRODUCT_NOT_FOUND', 'STOCK_OUT_CHANGED'],
    run: setStatus,
  }),
}

async function setStatus(
  { stockOutStatuses, clock, caller }: Context,
  { id, status, until, out_since }: v.InferOutput<typeof schema.StatusChange>,
) {
  const untilAt = until == null ? null : Date.parse(until)
  if (untilAt !== null && status !== 'acknowledged')
    throw invalidInput([{ pointer: '/until', detail: 'belongs to the status acknowledged alone' }])
  if (untilAt !== null && untilAt <= clock.now())
    throw invalidInput([{ pointer: '/until', detail: 'must lie in the future' }])
  const expectedOutSince = typeof out_since === 'string' ? Date.parse(out_since) : out_since
  const change = { status, untilAt, expectedOutSince, actor: caller.name }
  return toWire(id, await stockOutStatuses.set(id, change))
}

function toWire(id: number, { outSince, status }: ProductStatus) {
  return {
    product_id: id,
    out_since: isoTime(outSince),
    ...schema.statusToWire(status),
  }
}
