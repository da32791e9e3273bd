/** The shapes of products on the wire, for both transports. */
import * as v from 'valibot'
import { toGtin } from './gtin.ts'

export const MAX_PAGE_SIZE = 200
export const MAX_STOCK_LEVEL = 1_000_000_000
/** So many dates of ads tell whether a product is advertised. */
export const ADVERTISED_DAYS = 7
export const SORTS = ['id', 'name', 'price', 'stock_level', 'updated_at'] as const

/** Neither a space, a control character nor an invisible mark. */
const VISIBLE = /[^\p{Z}\p{Cc}\p{Cf}\p{Cs}]/u
const WELL_FORMED = '[^\\u0000\\ud800-\\udfff]'

/**
 * Counts characters by code point, as databases and JSON Schema do. The metadata are what the checks mean to the
 * OpenAPI document.
 */
export const text = (max: number) =>
  v.pipe(
    v.string('must be a string'),
    v.check((value) => value.isWellFormed() && !value.includes('\0'), 'must be valid Unicode without NUL'),
    v.check((value) => value !== '' && hasAtMost(max, value), `must have 1 to ${max} characters`),
    v.check((value) => value === '' || VISIBLE.test(value), 'must have a character that can be seen'),
    v.metadata({
      minLength: 1,
      maxLength: max,
      pattern: `^${WELL_FORMED}*${VISIBLE.source}${WELL_FORMED}*$`,
    }),
    // Two texts that look the same are the same.
    v.transform((value) => value.trim().normalize('NFC')),
  )

/** Characters have one or two UTF-16 units: most texts are not counted. */
function hasAtMost(max: number, value: string): boolean {
  return value.length <= max || (value.length <= 2 * max && Array.from(value).length <= max)
}

export const integer = (min: number, max: number) => {
  const message = `must be an integer from ${min} to ${max}`
  return v.pipe(v.number(message), v.integer(message), v.minValue(min, message), v.maxValue(max, message))
}

export const whole = v.pipe(v.number(), v.integer())

export const ProductId = integer(1, Number.MAX_SAFE_INTEGER)
export const Sku = v.nullable(text(64))

export const Gtin = v.nullable(
  v.pipe(
    v.string('must be a string'),
    v.check(
      (value) => toGtin(value) !== undefined,
      'must be a GTIN of 8, 12, 13 or 14 digits, with its check digit',
    ),
    v.metadata({ format: 'gtin', description: 'A barcode’s number; the shortest form of it is stored.' }),
    v.transform((value) => toGtin(value) ?? value),
  ),
)

export const AdsItemId = v.nullable(text(200))
export const LowStockAt = v.nullable(integer(0, MAX_STOCK_LEVEL))

export const Name = text(1000)
export const StockLevel = integer(0, MAX_STOCK_LEVEL)
export const Version = integer(1, Number.MAX_SAFE_INTEGER)
/** The currency's rules apply on top, in the OpenAPI document as well: product.ts. */
export const Price = v.pipe(
  v.union([v.string(), v.number()], 'must be a decimal string such as "21.30" or a number'),
  v.metadata({ format: 'price' }),
)

export const Product = v.pipe(
  v.object({
    id: ProductId,
    sku: Sku,
    name: Name,
    price: v.pipe(v.string(), v.description('A decimal string with exactly the decimals of the currency.')),
    currency: v.string(),
    stock_level: StockLevel,
    version: Version,
    created_at: v.pipe(v.string(), v.isoTimestamp()),
    updated_at: v.pipe(v.string(), v.isoTimestamp()),
    gtin: v.nullable(v.string()),
    ads_item_id: v.pipe(
      v.nullable(v.string()),
      v.description('Under which it is advertised, in any case; without one its SKU stands for it.'),
    ),
    low_stock_at: v.pipe(
      v.nullable(v.number()),
      v.description('From this level down its stock is low; null: from `LOW_STOCK_AT`.'),
    ),
  }),
  v.title('Product'),
)
export type Product = v.InferOutput<typeof Product>

export const optionalFields = {
  gtin: v.optional(Gtin),
  ads_item_id: v.optional(AdsItemId),
  low_stock_at: v.optional(LowStockAt),
}

export const ProductById = v.strictObject({ id: ProductId })
export const ProductByGtin = v.strictObject({ gtin: Gtin.wrapped })
export const ProductBySku = v.strictObject({ sku: Sku.wrapped })

export const NewProduct = v.strictObject({
  sku: v.optional(Sku),
  name: Name,
  price: Price,
  stock_level: v.optional(StockLevel, 0),
  ...optionalFields,
})

const ExpectedVersion = v.optional(
  v.pipe(
    v.union([Version, v.array(Version)], 'must be a version'),
    v.description('Do this only if the product has this version, or one of these.'),
  ),
)

export const ProductChange = v.strictObject({
  id: ProductId,
  version: ExpectedVersion,
  sku: v.optional(Sku),
  name: v.optional(Name),
  price: v.optional(Price),
  stock_level: v.optional(StockLevel),
  ...optionalFields,
})

/** Its SKU is the address: a new one is set by id. */
export const ProductChangeBySku = v.strictObject({
  ...v.omit(ProductChange, ['id']).entries,
  sku: Sku.wrapped,
})

export const ProductRemoval = v.strictObject({ id: ProductId, version: ExpectedVersion })
export const ProductRemovalBySku = v.strictObject({ sku: Sku.wrapped, version: ExpectedVersion })

export const ADJUSTMENT_REASONS = [
  'sold',
  'returned',
  'received',
  'count',
  'correction',
  'damaged',
  'lost',
  'other',
] as const
export type AdjustmentReason = (typeof ADJUSTMENT_REASONS)[number]

export const Reason = v.picklist(ADJUSTMENT_REASONS, `must be one of ${ADJUSTMENT_REASONS.join(', ')}`)

export const NewStockAdjustment = v.strictObject({
  id: ProductId,
  delta: v.pipe(integer(-MAX_STOCK_LEVEL, MAX_STOCK_LEVEL), v.notValue(0, 'must not be 0')),
  reason: Reason,
  reference: v.optional(v.nullable(text(200))),
  expected_stock_level: v.optional(StockLevel),
})

export const NewStockAdjustmentBySku = v.strictObject({
  ...v.omit(NewStockAdjustment, ['id']).entries,
  sku: Sku.wrapped,
})

export const StockAdjustment = v.pipe(
  v.object({
    id: whole,
    delta: whole,
    stock_level_after: whole,
    reason: v.pipe(v.string(), v.description('One of those an adjustment takes, or initial, set or import.')),
    reference: v.nullable(v.string()),
    actor: v.string(),
    created_at: v.pipe(v.string(), v.isoTimestamp()),
  }),
  v.title('StockAdjustment'),
)

/** Every `limit` is read alike: what exceeds the most there can be is taken as that. */
export const limitOf = (fallback: number, max: number = MAX_PAGE_SIZE) =>
  v.optional(
    v.pipe(
      integer(1, Number.MAX_SAFE_INTEGER),
      v.description(`Above ${max} it is taken as ${max}.`),
      v.transform((value) => Math.min(value, max)),
    ),
    fallback,
  )
export const limit = limitOf(50)
export const StockAdjusted = v.object({ adjustment: StockAdjustment, product: Product })

export const Cursor = v.pipe(
  v.string(),
  v.maxLength(8192, 'is too long'),
  v.metadata({ format: 'cursor', description: 'A next_cursor or prev_cursor of this list.' }),
)
export const cursor = v.optional(v.nullable(Cursor))

export const count = v.optional(v.picklist(['exact', 'estimated'], 'must be exact or estimated'))

/** Of lists, searches and exports. */
export const filters = {
  min_price: v.optional(Price),
  max_price: v.optional(Price),
  in_stock: v.optional(v.boolean('must be true or false')),
  max_stock: v.optional(StockLevel),
  low_stock: v.pipe(
    v.optional(v.boolean('must be true or false')),
    v.description('In stock, and at or below the threshold of the product, or else `LOW_STOCK_AT`.'),
  ),
  advertised: v.pipe(
    v.optional(v.boolean('must be true or false')),
    v.description(
      `Whether its ads cost anything on the last ${ADVERTISED_DAYS} dates, as far as they are fetched. Needs \`ads:read\`.`,
    ),
  ),
}

export const ORDERS = SORTS.flatMap((sort) => [sort, `-${sort}`] as const)
export const ORDERS_ALLOWED = `must be one of ${SORTS.join(', ')}, with - before it for descending`

export const ProductListQuery = v.strictObject({
  limit,
  cursor,
  offset: v.optional(integer(0, 10_000)),
  sort: v.optional(v.picklist(ORDERS, ORDERS_ALLOWED), 'id'),
  ...filters,
  sku: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^[^,]+(?:,[^,]+){0,199}$/, 'must be up to 200 SKUs, with commas between them'),
      v.description('Up to 200 SKUs, with commas between them. One with a comma of its own: by-sku.'),
    ),
  ),
  count,
})
export type ProductListQuery = v.InferOutput<typeof ProductListQuery>

const MAX_POSITION = 10_000_000

/** As the list, from a place counted from its beginning, however far down that is. */
export const ProductsAtQuery = v.strictObject({
  position: integer(0, MAX_POSITION),
  limit,
  sort: ProductListQuery.entries.sort,
  ...filters,
})

export const total = v.optional(v.object({ value: whole, precision: v.picklist(['exact', 'estimated']) }))

export const ProductPage = v.pipe(
  v.object({
    items: v.array(Product),
    next_cursor: v.nullable(v.string()),
    prev_cursor: v.nullable(v.string()),
    total,
  }),
  v.title('ProductPage'),
)

export const StockAdjustmentsQuery = v.strictObject({ id: ProductId, limit, cursor })
export const StockAdjustmentsBySkuQuery = v.strictObject({ sku: Sku.wrapped, limit, cursor })
export const StockAdjustmentPage = v.pipe(
  v.object({
    items: v.array(StockAdjustment),
    next_cursor: v.nullable(v.string()),
  }),
  v.title('StockAdjustmentPage'),
)

export const Nothing = v.strictObject({})

export const Words = v.pipe(v.string(), v.maxLength(10_000, 'must have at most 10000 characters'))
