/** The change feed on the wire, for both transports. */
import * as v from 'valibot'
import { integer, limit, Product, whole } from './schema.ts'

const seq = integer(0, Number.MAX_SAFE_INTEGER)

const from = {
  after: v.optional(seq, 0),
  after_at: v.pipe(
    v.optional(v.pipe(v.string(), v.isoTimestamp('must be the `at` of a change'))),
    v.description('The `at` of the change `after`: a feed in which that is another change is refused.'),
  ),
}

export const ChangesQuery = v.strictObject({ ...from, limit })

export const ChangesSubscription = v.strictObject({
  ...from,
  /** Where a connection that broke goes on; it wins over `after`. */
  lastEventId: v.optional(v.pipe(v.string(), v.regex(/^\d{1,16}$/, 'must be a seq'), v.transform(Number))),
})

export const Change = v.pipe(
  v.object({
    seq: whole,
    kind: v.picklist(['created', 'updated', 'deleted']),
    product_id: whole,
    version: whole,
    product: v.pipe(
      v.nullable(Product),
      v.description('As it was after this change; null when it was deleted.'),
    ),
    at: v.pipe(v.string(), v.isoTimestamp()),
  }),
  v.title('Change'),
)

export const LatestChange = v.object({
  seq: v.pipe(whole, v.description('Of the newest change; 0 while there is none.')),
})

export const ChangesPage = v.object({ items: v.array(Change), last_seq: whole })
