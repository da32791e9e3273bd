/** The shapes of a product's status on the wire. */
import * as v from 'valibot'
import { ProductId } from '#server/products/schema.ts'
import { isoTime } from '#server/platform/iso-time.ts'
import { STATUSES, type StockOutStatus } from './stock-out-statuses.ts'

const instant = v.pipe(
  v.string('must be a time'),
  v.isoTimestamp('must be a time such as 2026-11-26T09:00:00Z'),
)
const allowed = `must be one of ${STATUSES.join(', ')}`

/** Of a list: only what has this status. */
export const StatusFilter = v.pipe(
  v.optional(v.picklist(STATUSES, allowed)),
  v.description('Only products with this status; totals stay those of all.'),
)

/** In every list of products without stock. */
export const StatusFields = {
  status: v.pipe(
    v.picklist(STATUSES),
    v.description(
      'What is being done about it. `new` again once `status_until` is over, and when it runs out of stock anew.',
    ),
  ),
  status_by: v.pipe(
    v.nullable(v.string()),
    v.description('The name of the key that set it, as in the ledger.'),
  ),
  status_at: v.nullable(v.string()),
  status_until: v.nullable(v.string()),
}

export const StatusQuery = v.strictObject({ id: ProductId })

export const StatusChange = v.strictObject({
  id: ProductId,
  status: v.picklist(STATUSES, allowed),
  until: v.pipe(
    v.optional(v.nullable(instant)),
    v.description('When an acknowledgement ends; without it, when the product runs out again.'),
  ),
  out_since: v.pipe(
    v.optional(v.nullable(instant)),
    v.description('Do this only if it has been out of stock since then; null: only if it is in stock.'),
  ),
})

export const ProductStatus = v.object({
  product_id: ProductId,
  out_since: v.pipe(v.nullable(v.string()), v.description('Null while it is in stock.')),
  ...StatusFields,
})

export function statusToWire(set: StockOutStatus | undefined) {
  return {
    status: set?.status ?? ('new' as const),
    status_by: set?.actor ?? null,
    status_at: isoTime(set?.setAt),
    status_until: isoTime(set?.untilAt),
  }
}
