import type * as v from 'valibot'
import type { ProductRow } from '#db/schema.postgres.ts'
import type { Context } from '#server/context.ts'
import { mutation, query } from '#server/operation.ts'
import { at, list } from './listing.ts'
import * as schema from './schema.ts'
import * as searchSchema from './search/schema.ts'
import { search } from './search/search.ts'
import { minorUnits, optionalFields, toProduct, withCurrent } from './wire.ts'
import { productNotFound, type ProductKey } from './refusals.ts'
import type { ChangeOptions } from './product-store.ts'

const BY_SKU = '/products/by-sku/:sku'

const etag = ({ version }: schema.Product) => `"${version}"`

/** What is advertised changes without a product. */
const cacheTagOf = ({ advertised }: { advertised?: boolean | undefined }) =>
  advertised === undefined ? 'any' : undefined

const reading = {
  output: schema.Product,
  scope: 'products:read',
  cost: 'read',
  errors: ['PRODUCT_NOT_FOUND'],
  etag,
} as const

export const productOperations = {
  get: query({
    ...reading,
    rest: 'GET /products/:id',
    summary: 'One product',
    description:
      'Its `version` is its `ETag`: send it back as `If-None-Match` to read it again, or as `If-Match` to change it.',
    input: schema.ProductById,
    cacheTag: ({ id }) => id,
    run: async (ctx, key) => found(ctx, key, await ctx.products.get(key.id)),
  }),

  getBySku: query({
    ...reading,
    rest: `GET ${BY_SKU}`,
    summary: 'The product with this SKU',
    description: 'A SKU is compared letter by letter, case included; one with a slash is written with `%2F`.',
    input: schema.ProductBySku,
    cacheTag: () => 'any',
    run: async (ctx, key) => found(ctx, key, await ctx.products.withSku(key.sku, {})),
  }),

  getByGtin: query({
    ...reading,
    rest: 'GET /products/by-gtin/:gtin',
    summary: 'The product with this GTIN, such as a scanner reads from a barcode',
    description:
      'The 8, 12, 13 and 14 digits of one number are the same, with or without spaces and leading zeros.',
    input: schema.ProductByGtin,
    cacheTag: () => 'any',
    run: async (ctx, key) => found(ctx, key, await ctx.products.withGtin(key.gtin, {})),
  }),

  list: query({
    rest: 'GET /products',
    summary: 'A page of products, by cursor or offset, sorted and filtered',
    description:
      'A walk by `next_cursor` shows every product that was not itself changed exactly once, whatever is written meanwhile. A cursor belongs to its sort and filters.',
    example: { sort: '-price', in_stock: true },
    input: schema.ProductListQuery,
    output: schema.ProductPage,
    scope: 'products:read',
    cost: 'read',
    cacheTag: cacheTagOf,
    run: list,
  }),

  at: query({
    rest: 'GET /products/at',
    summary: 'A page of products that begins at a place of the list, however far down',
    description: 'The cursors of the answer go on from there.',
    input: schema.ProductsAtQuery,
    output: schema.ProductPage,
    scope: 'products:read',
    cost: 'search',
    run: at,
  }),

  search: query({
    rest: 'GET /products/search',
    summary: 'Products by words of their name, by SKU, or by price',
    description:
      'Words come in any order, the last one may be begun only, and one or two typing errors are forgiven by the length of a word; accents and case do not count. Needs `q`, `min_price` or `max_price`.',
    example: { q: 'yoga mat' },
    input: searchSchema.ProductSearchQuery,
    output: searchSchema.ProductMatches,
    scope: 'products:read',
    cost: 'search',
    cacheTag: cacheTagOf,
    run: search,
  }),

  create: mutation({
    rest: 'POST /products',
    summary: 'A new product',
    description: 'Its first stock is the first entry of its ledger, with the reason `initial`.',
    example: { sku: 'AS-00042', stock_level: 12 },
    input: schema.NewProduct,
    output: schema.Product,
    subject: 'product',
    scope: 'products:write',
    cost: 'write',
    errors: ['SKU_TAKEN', 'GTIN_TAKEN', 'ADS_ITEM_ID_TAKEN'],
    status: 201,
    etag,
    location: ({ id }) => `/products/${id}`,
    async run(ctx, { sku = null, name, price, stock_level, ...optional }) {
      const priceMinor = minorUnits(ctx, '/price', price)
      const row = await ctx.products.create(
        { ...optionalFields(optional), sku, name, priceMinor, stockLevel: stock_level },
        ctx.caller.name,
      )
      return toProduct(row, ctx.currency)
    },
  }),

  update: mutation({
    rest: 'PATCH /products/:id',
    summary: 'Change any of its fields',
    description:
      'What already is so answers 200 and changes nothing, the version included. A stock level is set here; sales and deliveries are better told as stock adjustments.',
    example: { price: '29.00' },
    input: schema.ProductChange,
    output: schema.Product,
    subject: 'product',
    scope: 'products:write',
    cost: 'write',
    errors: ['PRODUCT_NOT_FOUND', 'SKU_TAKEN', 'GTIN_TAKEN', 'ADS_ITEM_ID_TAKEN', 'VERSION_MISMATCH'],
    headers: { ifMatch: 'version' },
    etag,
    run: (ctx, { id, ...change }) => update(ctx, { id }, change),
  }),

  updateBySku: mutation({
    rest: `PATCH ${BY_SKU}`,
    summary: 'Change any other field of the product with this SKU',
    description: 'As by id; the SKU itself is changed there.',
    example: { price: '29.00' },
    input: schema.ProductChangeBySku,
    output: schema.Product,
    subject: 'product',
    scope: 'products:write',
    cost: 'write',
    errors: ['PRODUCT_NOT_FOUND', 'GTIN_TAKEN', 'ADS_ITEM_ID_TAKEN', 'VERSION_MISMATCH'],
    headers: { ifMatch: 'version' },
    etag,
    run: (ctx, { sku, ...change }) => update(ctx, { sku }, change),
  }),

  remove: mutation({
    rest: 'DELETE /products/:id',
    summary: 'Delete a product',
    description: 'Its ledger of stock stays, and the change feed tells of it.',
    input: schema.ProductRemoval,
    output: schema.ProductById,
    subject: 'product',
    scope: 'products:write',
    cost: 'write',
    errors: ['PRODUCT_NOT_FOUND', 'VERSION_MISMATCH'],
    status: 204,
    headers: { ifMatch: 'version' },
    run: (ctx, { id, version }) => remove(ctx, { id }, version),
  }),

  removeBySku: mutation({
    rest: `DELETE ${BY_SKU}`,
    summary: 'Delete the product with this SKU',
    input: schema.ProductRemovalBySku,
    output: schema.ProductById,
    subject: 'product',
    scope: 'products:write',
    cost: 'write',
    errors: ['PRODUCT_NOT_FOUND', 'VERSION_MISMATCH'],
    status: 204,
    headers: { ifMatch: 'version' },
    run: (ctx, { sku, version }) => remove(ctx, { sku }, version),
  }),
}

/** @throws ProblemError `PRODUCT_NOT_FOUND` */
function found(
  { currency }: Context,
  key: Parameters<typeof productNotFound>[0],
  row: ProductRow | undefined,
): schema.Product {
  if (!row) throw productNotFound(key)
  return toProduct(row, currency)
}

async function update(
  ctx: Context,
  key: ProductKey,
  {
    version,
    sku,
    name,
    price,
    stock_level,
    ...optional
  }: Omit<v.InferOutput<typeof schema.ProductChange>, 'id'>,
) {
  const change = {
    ...(sku !== undefined && { sku }),
    ...optionalFields(optional),
    ...(name !== undefined && { name }),
    ...(price !== undefined && { priceMinor: minorUnits(ctx, '/price', price) }),
    ...(stock_level !== undefined && { stockLevel: stock_level }),
  }
  const row = await withCurrent(ctx, () => ctx.products.update(key, change, options(ctx, version)))
  return toProduct(row, ctx.currency)
}

async function remove(ctx: Context, key: ProductKey, version: number | number[] | undefined) {
  return { id: await withCurrent(ctx, () => ctx.products.remove(key, options(ctx, version))) }
}

function options({ caller }: Context, version: number | number[] | undefined): ChangeOptions {
  return { expected: typeof version === 'number' ? [version] : version, actor: caller.name }
}
