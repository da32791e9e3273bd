/** The catalogue as CSV, page by page. */
import { stringify } from 'csv-stringify/sync'
import type { Context } from '#server/context.ts'
import { CSV_COLUMNS, OPTIONAL_COLUMNS, protectCell } from './csv-format.ts'
import type { ProductFilter } from './filter.ts'
import type { filters, Product } from './schema.ts'
import type { ProductSearchQuery } from './search/schema.ts'
import { search } from './search/search.ts'
import { walkRows } from './walk-rows.ts'
import { toProduct } from './wire.ts'

type Column = (typeof CSV_COLUMNS)[number] | (typeof OPTIONAL_COLUMNS)[number]

const TEXTS: ReadonlySet<Column> = new Set(['sku', 'name', 'ads_item_id'])

const PAGE_SIZE = 250

export async function* exportProducts(
  { products, currency }: Pick<Context, 'products' | 'currency'>,
  filter: ProductFilter,
): AsyncGenerator<string> {
  const columns = await columnsOf(products)
  let head = stringify([columns])
  for await (const rows of walkRows({ products }, filter)) {
    // With the first rows: should the database be away, no file has begun.
    yield head + stringify(rows.map((row) => toCells(toProduct(row, currency), columns)))
    head = ''
  }
}

/** What a search finds, in its order. */
export async function* exportFound(
  ctx: Context,
  query: Pick<ProductSearchQuery, 'q' | keyof typeof filters>,
): AsyncGenerator<string> {
  const columns = await columnsOf(ctx.products)
  const head = stringify([columns])
  let cursor: string | null = null
  do {
    const page: Awaited<ReturnType<typeof search>> = await search(ctx, {
      ...query,
      sort: 'relevance',
      limit: PAGE_SIZE,
      cursor,
    })
    // With the first rows: what the search refuses must not find a file begun.
    yield (cursor === null ? head : '') + stringify(page.items.map((item) => toCells(item, columns)))
    cursor = page.next_cursor
  } while (cursor !== null)
}

/** An optional column comes with the first product that has it: other files stay what their readers know. */
async function columnsOf(products: Context['products']): Promise<readonly Column[]> {
  const used = await products.usedFields()
  return [...CSV_COLUMNS, ...OPTIONAL_COLUMNS.filter((column) => used.has(column))]
}

function toCells(product: Product, columns: readonly Column[]): (string | number)[] {
  return columns.map((column) => {
    const cell = product[column] ?? ''
    return TEXTS.has(column) ? protectCell(String(cell)) : cell
  })
}
