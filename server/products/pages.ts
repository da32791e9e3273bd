/** Lists and searches: a page of rows by keyset, so that a deep page costs what the first one costs. */
import {
  and,
  asc,
  desc,
  eq,
  getTableColumns,
  inArray,
  isNotNull,
  max,
  or,
  sql,
  type Column,
  type SQL,
} from 'drizzle-orm'
import type { Database } from '#db/database.ts'
import type { ProductRow } from '#db/schema.postgres.ts'
import type { Cursor } from './cursor.ts'
import { conditions, isSelective, queriesFor, type ProductFilter } from './filter.ts'

/** All of a product but what only searches and orders look at. */
export function productColumns({ tables }: Database) {
  const { words: _, nameKey: __, skuKey: ___, ...columns } = getTableColumns(tables.products)
  return columns
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

/** With what its name is sorted by. */
export type ListedRow = ProductRow & { sortName: string }

/** `before` and `after` tell whether the list goes on at either end of the page. */
export interface ProductRows {
  rows: ListedRow[]
  before: boolean
  after: boolean
}

/** One row more than asked for tells whether the list goes on. A page backwards is read backwards, then turned. */
export async function listRows(db: Database, request: PageRequest): Promise<ProductRows> {
  const { cursor, offset = 0, limit } = request
  const found = await listQuery(db, request, await isSelective(db, request.filter))
  const rows = found.slice(0, limit)
  const more = found.length > limit
  if (cursor?.direction === 'previous') return { rows: rows.toReversed(), before: more, after: true }
  return { rows, before: cursor !== undefined || offset > 0, after: more }
}

/** @param few the filter leaves few rows: it leads to them, and they are sorted */
export function listQuery(
  db: Database,
  { filter, sort, limit, offset = 0, cursor }: PageRequest,
  few = false,
) {
  const { products } = db.tables
  const column = columnOf(db, sort)
  const descending = sort.descending !== (cursor?.direction === 'previous')
  const where = conditions(db, filter, few ? undefined : column)
  if (cursor) {
    const side = descending ? '<' : '>'
    const comparison = sql.raw(side + (cursor.inclusive ? '=' : ''))
    // In an index of an expression SQLite seeks by the expression alone: of the pair it would scan what is before.
    if (sort.by === 'name') where.push(sql`${column} ${sql.raw(`${side}=`)} ${cursor.value}`)
    where.push(
      sort.by === 'id'
        ? sql`${products.id} ${comparison} ${cursor.id}`
        : sql`(${column}, ${products.id}) ${comparison} (${cursor.value}, ${cursor.id})`,
    )
  }
  return queriesFor(db, filter)
    .select({ ...productColumns(db), sortName: sortName(db) })
    .from(products)
    .where(and(...where))
    .orderBy(...order(db, column, { descending, few }))
    .limit(limit + 1)
    .offset(offset)
}

/** As its index has it: a row of an older version has no key yet. */
function sortName({ tables: { products } }: Database): SQL<string> {
  return sql<string>`coalesce(${products.nameKey}, ${products.name})`
}

function columnOf(db: Database, { by }: ProductSort): Column | SQL {
  const { products } = db.tables
  return {
    id: products.id,
    name: sortName(db),
    price: products.priceMinor,
    stock_level: products.stockLevel,
    updated_at: products.updatedAt,
  }[by]
}

/** By the column's index; few rows are sorted. */
function order(
  db: Database,
  column: Column | SQL,
  { descending, few }: { descending: boolean; few: boolean },
) {
  const { id } = db.tables.products
  return (column === id ? [id] : [column, id])
    .map((each) => (few ? db.unindexed(each) : each))
    .map((each) => (descending ? desc(each) : asc(each)))
}

/** The row at a place counted from the list's beginning. Only its key is read on the way there: an index has that. */
export async function placeOf(
  db: Database,
  { filter, sort, position }: Pick<PageRequest, 'filter' | 'sort'> & { position: number },
): Promise<Cursor | undefined> {
  const { products } = db.tables
  const column = columnOf(db, sort)
  const few = await isSelective(db, filter)
  const [row] = await db.scanner
    .select({ value: sql<string | number>`${column}`, id: products.id })
    .from(products)
    .where(and(...conditions(db, filter, few ? undefined : column)))
    .orderBy(...order(db, column, { descending: sort.descending, few }))
    .limit(1)
    .offset(position)
  return row && { direction: 'next', ...row, inclusive: true }
}

export interface Total {
  value: number
  precision: 'exact' | 'estimated'
}

/** Up to here an estimate counts. */
const COUNTED_EXACTLY = 10_000

export async function countRows(db: Database, filter: ProductFilter): Promise<Total> {
  return {
    value: await db.scanner.$count(db.tables.products, and(...conditions(db, filter))),
    precision: 'exact',
  }
}

/** As if the rest of the ids held as many matches as the first ones do: what it costs has a bound. */
export async function estimateRows(db: Database, filter: ProductFilter): Promise<Total> {
  if (await isSelective(db, filter)) return await countRows(db, filter)
  const { products } = db.tables
  const matching = queriesFor(db, filter)
    .select({ id: products.id })
    .from(products)
    .where(and(...conditions(db, filter, products.id)))
  const [beyond] = await matching.orderBy(products.id).offset(COUNTED_EXACTLY).limit(1)
  if (!beyond) return await countRows(db, filter)
  const [last] = await db.reader.select({ id: max(products.id) }).from(products)
  return {
    value: Math.round(((COUNTED_EXACTLY + 1) * (last?.id ?? beyond.id)) / beyond.id),
    precision: 'estimated',
  }
}

/** The product whose SKU or GTIN this is, to the letter, if the filter lets it through. */
export async function rowWithKey(
  db: Database,
  key: { sku: string } | { gtin: string },
  filter: ProductFilter,
): Promise<ProductRow | undefined> {
  const { products } = db.tables
  const [column, value] = 'sku' in key ? [products.sku, key.sku] : [products.gtin, key.gtin]
  const [row] = await db.reader
    .select(productColumns(db))
    .from(products)
    .where(and(eq(column, value), ...conditions(db, filter, column)))
  return row
}

/** Those optional fields, as the wire calls them, that any product has. */
export async function usedFields({ scanner, tables: { products } }: Database): Promise<ReadonlySet<string>> {
  const { gtin, adsItemId, lowStockAt } = products
  const used = await Promise.all(
    [gtin, adsItemId, lowStockAt].map(async (column) => {
      const found = await scanner.select({ id: products.id }).from(products).where(isNotNull(column)).limit(1)
      return found.length > 0 ? [column.name] : []
    }),
  )
  return new Set(used.flat())
}

/** What products are found by. */
export interface ProductKeys {
  ids: readonly number[]
  skus?: readonly string[]
  gtins?: readonly string[]
  adsItemIds?: readonly string[]
}

/** Of every product with one of these keys: any of the conditions holds. */
export function keyConditions({ tables: { products } }: Database, keys: ProductKeys): SQL[] {
  const { ids, skus = [], gtins = [], adsItemIds = [] } = keys
  const lower = adsItemIds.map((each) => each.toLowerCase())
  return [
    inArray(products.id, ids),
    ...(skus.length > 0 ? [inArray(products.sku, skus)] : []),
    ...(gtins.length > 0 ? [inArray(products.gtin, gtins)] : []),
    ...(lower.length > 0 ? [inArray(sql`lower(${products.adsItemId})`, lower)] : []),
  ]
}

/** Every product with one of these keys, as it is stored now. */
export async function rowsByKeys(db: Database, keys: ProductKeys): Promise<ProductRow[]> {
  return await db.reader
    .select(productColumns(db))
    .from(db.tables.products)
    .where(or(...keyConditions(db, keys)))
}
