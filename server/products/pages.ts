/** Lists and searches: a page of rows by keyset, so that a deep page costs what the first one costs. */
import { and, asc, desc, eq, getTableColumns, gt, gte, inArray, lte, sql, type SQL } from 'drizzle-orm'
import type { Alternatives, Database } from '#db/database.ts'
import type { ProductRow } from '#db/schema.postgres.ts'
import type { Cursor } from './cursor.ts'

/** All of a product but its search words, which only the search looks at. */
export function productColumns({ tables }: Database) {
  const { words: _, ...columns } = getTableColumns(tables.products)
  return columns
}

export interface ProductFilter {
  minPriceMinor?: number | undefined
  maxPriceMinor?: number | undefined
  inStock?: boolean | undefined
  maxStock?: number | undefined
}

export interface ProductSort {
  by: 'id' | 'name' | 'price' | 'stock_level' | 'updated_at'
  descending: boolean
}

export interface PageRequest {
  filter: ProductFilter
  sort: ProductSort
  limit: number
  offset?: number | undefined
  cursor?: Cursor | undefined
}

/** `before` and `after` tell whether the list goes on at either end of the page. */
export interface ProductRows {
  rows: ProductRow[]
  before: boolean
  after: boolean
}

export interface SearchRequest {
  /** Without any, every product matches. */
  wanted: readonly Alternatives[]
  /** Products that match these are left out. */
  unwanted?: readonly Alternatives[] | undefined
  filter: ProductFilter
  limit: number
  afterId: number
}

export function conditions({ tables: { products } }: Database, filter: ProductFilter): SQL[] {
  const { minPriceMinor, maxPriceMinor, inStock, maxStock } = filter
  return [
    minPriceMinor === undefined ? undefined : gte(products.priceMinor, minPriceMinor),
    maxPriceMinor === undefined ? undefined : lte(products.priceMinor, maxPriceMinor),
    inStock === undefined ? undefined : inStock ? gt(products.stockLevel, 0) : eq(products.stockLevel, 0),
    maxStock === undefined ? undefined : lte(products.stockLevel, maxStock),
  ].filter((condition) => condition !== undefined)
}

/** One row more than asked for tells whether the list goes on. A page backwards is read backwards, then turned. */
export async function listRows(
  db: Database,
  { filter, sort, limit, offset, cursor }: PageRequest,
): Promise<ProductRows> {
  const { products } = db.tables
  const column = {
    id: products.id,
    name: products.name,
    price: products.priceMinor,
    stock_level: products.stockLevel,
    updated_at: products.updatedAt,
  }[sort.by]
  const backwards = cursor?.direction === 'previous'
  const direction = sort.descending === backwards ? asc : desc
  const where = conditions(db, filter)
  if (cursor) {
    const comparison = sql.raw((sort.descending === backwards ? '>' : '<') + (cursor.inclusive ? '=' : ''))
    where.push(
      sort.by === 'id'
        ? sql`${products.id} ${comparison} ${cursor.id}`
        : sql`(${column}, ${products.id}) ${comparison} (${cursor.value}, ${cursor.id})`,
    )
  }
  const order = sort.by === 'id' ? [direction(column)] : [direction(column), direction(products.id)]
  const found = await db.reader
    .select(productColumns(db))
    .from(products)
    .where(and(...where))
    .orderBy(...order)
    .limit(limit + 1)
    .offset(offset ?? 0)
  const rows = found.slice(0, limit)
  const more = found.length > limit
  if (backwards) return { rows: rows.toReversed(), before: more, after: true }
  return { rows, before: cursor !== undefined || (offset ?? 0) > 0, after: more }
}

/** In id order. */
export async function searchRows(
  db: Database,
  { wanted, unwanted, filter, limit, afterId }: SearchRequest,
): Promise<ProductRow[]> {
  const { products } = db.tables
  const names = wanted.length === 0 ? [] : [db.nameHas(wanted)]
  const without = unwanted ? [sql`not ${db.nameHas(unwanted)}`] : []
  return await db.reader
    .select(productColumns(db))
    .from(products)
    .where(and(...names, ...without, ...conditions(db, filter), gt(products.id, afterId)))
    .orderBy(asc(products.id))
    .limit(limit)
}

/** Both databases bound the parameters of one statement, at 32,766 or above. */
const SKUS_PER_QUERY = 1000

export async function outOfStockRows(db: Database, skus: readonly string[]): Promise<ProductRow[]> {
  const { products } = db.tables
  const rows: ProductRow[] = []
  for (let start = 0; start < skus.length; start += SKUS_PER_QUERY) {
    const some = skus.slice(start, start + SKUS_PER_QUERY)
    rows.push(
      ...(await db.reader
        .select(productColumns(db))
        .from(products)
        .where(and(eq(products.stockLevel, 0), inArray(products.sku, some)))),
    )
  }
  return rows
}
