/** The shapes of a search on the wire. */
import * as v from 'valibot'
import {
  count,
  cursor,
  filters,
  limit,
  ORDERS,
  ORDERS_ALLOWED,
  Product,
  total,
  Words,
} from '#server/products/schema.ts'

export const ProductSearchQuery = v.pipe(
  v.strictObject({
    q: v.optional(Words),
    ...filters,
    limit,
    cursor,
    sort: v.optional(
      v.picklist(['relevance', ...ORDERS], ORDERS_ALLOWED.replace('of ', 'of relevance, ')),
      'relevance',
    ),
    count,
  }),
  v.check(
    ({ q, min_price, max_price }) => q !== undefined || min_price !== undefined || max_price !== undefined,
    'give q, min_price or max_price',
  ),
)
export type ProductSearchQuery = v.InferOutput<typeof ProductSearchQuery>

export const MATCH_KINDS = ['exact', 'prefix', 'fuzzy', 'partial', 'filter'] as const

const Match = v.object({
  kind: v.pipe(
    v.picklist(MATCH_KINDS),
    v.description(
      'exact: all words. prefix: some only begun, or in another form. fuzzy: some misspelt. partial: some missing.',
    ),
  ),
  score: v.pipe(v.number(), v.description('From 0 to 1; the order of the products, then their ids.')),
  marks: v.pipe(
    v.array(v.strictTuple([v.number(), v.number()])),
    v.description('What of the name is meant: from, and up to but not with, in UTF-16 units.'),
  ),
})

export const ProductMatches = v.object({
  items: v.array(v.object({ ...Product.entries, match: Match })),
  next_cursor: v.nullable(v.string()),
  prev_cursor: v.null(),
  total,
  did_you_mean: v.pipe(
    v.optional(v.string()),
    v.description('The words as the first product has them, where some were misspelt.'),
  ),
})
export type ProductMatches = v.InferOutput<typeof ProductMatches>
