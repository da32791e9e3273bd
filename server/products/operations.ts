import type { ProductRow } from '#db/schema.postgres.ts'
import type { Context } from '#server/context.ts'
import { invalidInput } from '#server/errors.ts'
import { mutation, query } from '#server/operation.ts'
import { decodeCursor, encodeCursor } from './cursor.ts'
import type { ProductSort } from './pages.ts'
import * as schema from './schema.ts'
import { search } from './search.ts'
import { minorUnits, toFilter, toProduct, withCurrent } from './wire.ts'
import { productNotFound } from './writes.ts'
import type { ChangeOptions } from './store.ts'

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
    keptWhile: ({ id }) => id,
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
    keptWhile: () => 'any',
    run: list,
  }),

  search: query({
    rest: 'GET /products/search',
    summary: 'Products by words of their name, or by price',
    input: schema.ProductSearchQuery,
    output: schema.ProductMatches,
    scope: 'products:read',
    cost: 'search',
    keptWhile: () => 'any',
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

async function list(ctx: Context, input: schema.ProductListQuery) {
  if (input.cursor && input.offset !== undefined) {
    throw invalidInput([{ pointer: '/offset', detail: 'give a cursor or an offset, not both' }])
  }
  const filter = toFilter(ctx, input)
  const sort = toSort(input.sort)
  const bound = [sort, filter]
  const cursor = input.cursor ? decodeCursor(input.cursor, bound) : undefined
  const { rows, before, after } = await ctx.products.list({
    filter,
    sort,
    limit: input.limit,
    offset: input.offset,
    cursor,
  })

  const place = (row: ProductRow | undefined, direction: 'next' | 'previous') => {
    if (row)
      return encodeCursor({ direction, value: sortValue(row, sort), id: row.id, inclusive: false }, bound)
    // The page is empty: turning round starts at the very row this page was to go on from.
    return cursor && cursor.direction !== direction
      ? encodeCursor({ ...cursor, direction, inclusive: true }, bound)
      : null
  }
  return {
    items: rows.map((row) => toProduct(row, ctx.currency)),
    next_cursor: after ? place(rows.at(-1), 'next') : null,
    prev_cursor: before ? place(rows[0], 'previous') : null,
    ...(input.count && {
      total: await (input.count === 'exact' ? ctx.products.count(filter) : ctx.products.estimate(filter)),
    }),
  }
}

function toSort(sort: string): ProductSort {
  const descending = sort.startsWith('-')
  return { by: (descending ? sort.slice(1) : sort) as ProductSort['by'], descending }
}

function sortValue(row: ProductRow, { by }: ProductSort): string | number {
  return {
    id: row.id,
    name: row.name,
    price: row.priceMinor,
    stock_level: row.stockLevel,
    updated_at: row.updatedAt,
  }[by]
}

function options({ caller }: Context, version: number | number[] | undefined): ChangeOptions {
  return { expected: typeof version === 'number' ? [version] : version, actor: caller.name }
}
