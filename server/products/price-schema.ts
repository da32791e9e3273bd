/** The shapes of a product's prices over time, on the wire. */
import * as v from 'valibot'
import { cursor, limit, ProductId } from './schema.ts'

const instant = v.pipe(v.string(), v.isoTimestamp())

export const PricesQuery = v.strictObject({ id: ProductId, limit, cursor })

const LowestPrice = v.pipe(
  v.object({
    price: v.string(),
    since: v.pipe(instant, v.description('Prices from then on are known and compared.')),
    whole: v.pipe(
      v.boolean(),
      v.description(
        'False where prices of the 30 days are not recorded, so that a lower one may be missing.',
      ),
    ),
  }),
  v.description('The lowest of 30 days: what a price reduction in the EU has to be announced with.'),
)

const PriceChange = v.pipe(
  v.object({
    version: v.pipe(v.number(), v.description('Of the product, made by this change.')),
    at: instant,
    price: v.string(),
    previous_price: v.string(),
    actor: v.pipe(v.nullable(v.string()), v.description('Null where the price was changed by direct SQL.')),
    reference: v.pipe(v.nullable(v.string()), v.description('The import that changed it.')),
  }),
  v.title('PriceChange'),
)

export const PriceHistory = v.pipe(
  v.object({
    currency: v.string(),
    recorded_since: v.pipe(
      instant,
      v.description('When the product was created, or when this server’s database began to record prices.'),
    ),
    lowest_30_days: v.pipe(LowestPrice, v.description('Up to now, for a reduction that begins now.')),
    last_reduction: v.pipe(
      v.nullable(v.object({ ...PriceChange.entries, lowest_30_days: LowestPrice })),
      v.description('The latest change to a lower price, with the lowest of the 30 days before it.'),
    ),
    items: v.array(PriceChange),
    next_cursor: v.nullable(v.string()),
  }),
  v.title('PriceHistory'),
)
