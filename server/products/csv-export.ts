/** The catalogue as CSV: page by page, so that memory stays flat however many products there are. */
import { stringify } from 'csv-stringify/sync'
import type { Context } from '#server/context.ts'
import { CSV_COLUMNS, protectCell } from './csv-format.ts'
import type { Cursor } from './cursor.ts'
import type { ProductFilter } from './pages.ts'
import type { Product } from './schema.ts'
import { toProduct } from './wire.ts'

const PAGE_SIZE = 1000

/** By id, so that a product which stays as it is stands in the file exactly once, whatever else is written. */
export async function* exportProducts(
  { products, currency }: Pick<Context, 'products' | 'currency'>,
  filter: ProductFilter,
): AsyncGenerator<string> {
  yield stringify([CSV_COLUMNS])
  let cursor: Cursor | undefined
  for (;;) {
    const { rows, after } = await products.list({
      filter,
      sort: { by: 'id', descending: false },
      limit: PAGE_SIZE,
      cursor,
    })
    if (rows.length > 0) yield stringify(rows.map((row) => toCells(toProduct(row, currency))))
    const last = rows.at(-1)
    if (!after || !last) return
    cursor = { direction: 'next', value: last.id, id: last.id, inclusive: false }
  }
}

function toCells(product: Product): (string | number)[] {
  return CSV_COLUMNS.map((column) => {
    const cell = product[column] ?? ''
    return column === 'sku' || column === 'name' ? protectCell(String(cell)) : cell
  })
}
