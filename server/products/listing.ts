/** Pages of the list: from a cursor, an offset, or a place far down. */
import type * as v from 'valibot'
import type { Context } from '#server/context.ts'
import { invalidInput } from '#server/errors.ts'
import { decodeCursor, encodeCursor, type Cursor } from './cursor.ts'
import type { ProductFilter } from './filter.ts'
import type { ListedRow, PageRequest, ProductSort } from './pages.ts'
import type * as schema from './schema.ts'
import { toFilter, toProduct } from './wire.ts'

/** @param filter where it says more than the input does */
export async function list(ctx: Context, input: ListInput, given?: ProductFilter) {
  if (input.cursor && input.offset !== undefined) {
    throw invalidInput([{ pointer: '/offset', detail: 'give a cursor or an offset, not both' }])
  }
  const filter = given ?? (await toFilter(ctx, input))
  const sort = toSort(input.sort)
  const cursor = input.cursor ? decodeCursor(input.cursor, [sort, filter]) : undefined
  return {
    ...(await page(ctx, { filter, sort, limit: input.limit, offset: input.offset, cursor })),
    ...(input.count && { total: await totalOf(ctx, filter, input.count) }),
  }
}

type ListInput = Omit<schema.ProductListQuery, 'sku'> & { sku?: string }

export async function totalOf({ products }: Context, filter: ProductFilter, count: 'exact' | 'estimated') {
  return await (count === 'exact' ? products.count(filter) : products.estimate(filter))
}

export async function at(ctx: Context, input: v.InferOutput<typeof schema.ProductsAtQuery>) {
  const filter = await toFilter(ctx, input)
  const sort = toSort(input.sort)
  const cursor = await ctx.products.place({ filter, sort, position: input.position })
  if (!cursor) return { items: [], next_cursor: null, prev_cursor: null }
  return await page(ctx, { filter, sort, limit: input.limit, cursor })
}

async function page(ctx: Context, request: PageRequest) {
  const { filter, sort, cursor } = request
  const bound = [sort, filter]
  const { rows, before, after } = await ctx.products.list(request)
  const place = (row: ListedRow | undefined, direction: Cursor['direction']) => {
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
  }
}

function toSort(sort: string): ProductSort {
  const descending = sort.startsWith('-')
  return { by: (descending ? sort.slice(1) : sort) as ProductSort['by'], descending }
}

function sortValue(row: ListedRow, { by }: ProductSort): string | number {
  return {
    id: row.id,
    name: row.sortName,
    price: row.priceMinor,
    stock_level: row.stockLevel,
    updated_at: row.updatedAt,
  }[by]
}
