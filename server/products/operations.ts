import type { Context } from '#server/context.ts'
import { mutation, query } from '#server/operation.ts'
import { at, list } from './listing.ts'
import * as schema from './schema.ts'
import { search } from './search.ts'
import { minorUnits, toProduct, withCurrent } from './wire.ts'
import { productNotFound } from './writes.ts'
import type { ChangeOptions } from './product-store.ts'

const etag = ({ version }: schema.Product) => `"${version}"`

export const productOperations = {
  get: query({
    rest: 'GET /products/:id',
    summary: 'One product',
    input: schema.ProductById,
    output: schema.Product,
    scope: 'products:read',
    cost: 'read',
    errors: ['PRODUCT_NOT_FOUND'],
    etag,
    cacheTag: ({ id }) => id,
    async run(ctx, { id }) {
      const row = await ctx.products.get(id)
      if (!row) throw productNotFound(id)
      return toProduct(row, ctx.currency)
    },
  }),

  list: query({
    rest: 'GET /products',
    summary: 'A page of products, by cursor or offset, sorted and filtered',
    input: schema.ProductListQuery,
    output: schema.ProductPage,
    scope: 'products:read',
    cost: 'read',
    cacheTag: () => 'any',
    run: list,
  }),

  at: query({
    rest: 'GET /products/at',
    summary: 'A page of products that begins at a place of the list, however far down',
    input: schema.ProductsAtQuery,
    output: schema.ProductPage,
    scope: 'products:read',
    cost: 'search',
    run: at,
  }),

  search: query({
    rest: 'GET /products/search',
    summary: 'Products by words of their name, by SKU, or by price',
    input: schema.ProductSearchQuery,
    output: schema.ProductMatches,
    scope: 'products:read',
    cost: 'search',
    cacheTag: () => 'any',
    run: search,
  }),

  create: mutation({
    rest: 'POST /products',
    summary: 'A new product',
    input: schema.NewProduct,
    output: schema.Product,
    scope: 'products:write',
    cost: 'write',
    errors: ['SKU_TAKEN'],
    status: 201,
    etag,
    location: ({ id }) => `/products/${id}`,
    async run(ctx, { sku = null, name, price, stock_level }) {
      const priceMinor = minorUnits(ctx, '/price', price)
      const row = await ctx.products.create(
        { sku, name, priceMinor, stockLevel: stock_level },
        ctx.caller.name,
      )
      return toProduct(row, ctx.currency)
    },
  }),

  update: mutation({
    rest: 'PATCH /products/:id',
    summary: 'Change any of name, sku, price and stock_level',
    input: schema.ProductChange,
    output: schema.Product,
    scope: 'products:write',
    cost: 'write',
    errors: ['PRODUCT_NOT_FOUND', 'SKU_TAKEN', 'VERSION_MISMATCH'],
    headers: { ifMatch: 'version' },
    etag,
    async run(ctx, { id, version, sku, name, price, stock_level }) {
      const change = {
        ...(sku !== undefined && { sku }),
        ...(name !== undefined && { name }),
        ...(price !== undefined && { priceMinor: minorUnits(ctx, '/price', price) }),
        ...(stock_level !== undefined && { stockLevel: stock_level }),
      }
      const row = await withCurrent(ctx, () => ctx.products.update(id, change, options(ctx, version)))
      return toProduct(row, ctx.currency)
    },
  }),

  remove: mutation({
    rest: 'DELETE /products/:id',
    summary: 'Delete a product',
    input: schema.ProductRemoval,
    output: schema.ProductById,
    scope: 'products:write',
    cost: 'write',
    errors: ['PRODUCT_NOT_FOUND', 'VERSION_MISMATCH'],
    status: 204,
    headers: { ifMatch: 'version' },
    async run(ctx, { id, version }) {
      await withCurrent(ctx, () => ctx.products.remove(id, options(ctx, version)))
      return { id }
    },
  }),
}

function options({ caller }: Context, version: number | number[] | undefined): ChangeOptions {
  return { expected: typeof version === 'number' ? [version] : version, actor: caller.name }
}
