import type { ProductRow } from '#db/schema.postgres.ts'
import type { Context } from '#server/context.ts'
import { nextTurn } from '#server/platform/turns.ts'
import type { Cursor } from './cursor.ts'
import type { ProductFilter } from './filter.ts'

const PAGE_SIZE = 250

/**
 * Page by page, so that memory stays flat however many products there are; at least one page, which may be empty. By id,
 * so that a product which stays as it is comes exactly once, whatever else is written.
 */
export async function* walkRows(
  { products }: Pick<Context, 'products'>,
  filter: ProductFilter,
): AsyncGenerator<ProductRow[]> {
  const sort = { by: 'id', descending: false } as const
  let cursor: Cursor | undefined
  for (;;) {
    await nextTurn()
    const { rows, after } = await products.list({ filter, sort, limit: PAGE_SIZE, cursor })
    yield rows
    const last = rows.at(-1)
    if (!after || !last) return
    cursor = { direction: 'next', value: last.id, id: last.id, inclusive: false }
  }
}
