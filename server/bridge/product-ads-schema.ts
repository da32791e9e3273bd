/** The shapes of what the ads tell of products, on the wire. */
import * as v from 'valibot'
import { MAX_PAGE_SIZE, ProductId } from '#server/products/schema.ts'
import { Coverage, rangeFields } from './covered-range.ts'

const instant = v.pipe(v.string(), v.isoTimestamp())

/** Accounts of different currencies are never added up: one entry for each currency. */
const AdsFigures = v.array(
  v.pipe(
    v.object({
      currency: v.string(),
      cost_micros: v.pipe(v.string(), v.description('Millionths of the currency’s unit, as digits.')),
      clicks: v.number(),
      conversions: v.number(),
      conversions_value: v.number(),
    }),
    v.title('ProductAdsFigures'),
  ),
)

export const ProductDaysQuery = v.strictObject({ id: ProductId, ...rangeFields })

export const ProductDays = v.object({
  ...Coverage,
  time_zone: v.pipe(v.string(), v.description('In which the dates begin and end: that of the ads account.')),
  item_ids: v.pipe(v.array(v.string()), v.description('Of the ads on these dates, that are this product’s.')),
  days: v.array(
    v.object({
      date: v.string(),
      stock_level: v.pipe(
        v.nullable(v.number()),
        v.description('At the end of the date; null before its first entry.'),
      ),
      has_ads_figures: v.pipe(v.boolean(), v.description('False while the date is not fetched.')),
      ads: AdsFigures,
    }),
  ),
  out_of_stock: v.pipe(
    v.array(v.object({ from: instant, until: v.nullable(instant) })),
    v.description(
      'Times without stock from the first date until now, oldest first; without an end while it lasts.',
    ),
  ),
})

const Ids = v.pipe(
  v.string(),
  v.regex(
    /^[1-9]\d{0,14}(?:,[1-9]\d{0,14}){0,199}$/,
    `must be up to ${MAX_PAGE_SIZE} ids, with commas between them`,
  ),
  v.transform((text) => [...new Set(text.split(',').map(Number))]),
  v.description(`Up to ${MAX_PAGE_SIZE} products’ ids, with commas between them.`),
)

export const AdsFiguresQuery = v.strictObject({ ids: Ids })

export const AdsFiguresOfProducts = v.object({
  ...Coverage,
  items: v.array(
    v.object({
      product_id: ProductId,
      last_7_days: AdsFigures,
      last_30_days: AdsFigures,
      days_of_cover: v.pipe(
        v.nullable(v.number()),
        v.description('At the rate of late, as /products/{id}/cover tells it; null where nothing is sold.'),
      ),
    }),
  ),
})
