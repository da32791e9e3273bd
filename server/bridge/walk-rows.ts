import type { ProductRow } from '#db/schema.postgres.ts'
import type { Context } from '#server/context.ts'
import type { Cursor } from '#server/products/cursor.ts'
import type { ProductFilter } from '#server/products/filter.ts'

const PAGE_SIZE = 1000

/** Page by page, by id; at least one page, which may be empty. */
export async function* walkRows(
  { products }: Pick<Context, 'products'>,
  filter: ProductFilter,
): AsyncGenerator<ProductRow[]> {
  const sort = { by: 'id', descending: false } as const
  let cursor: Cursor | undefined
  for (;;) {
    const { rows, after } = await products.list({ filter, sort, limit: PAGE_SIZE, cursor })
    yield rows
    const last = rows.at(-1)
    if (!after || !last) return
    cursor = { direction: 'next', value: last.id, id: last.id, inclusive: false }
  }
}
