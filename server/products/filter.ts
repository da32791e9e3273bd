/** What of the catalogue is asked for, as conditions, and which way to the rows is the shorter one. */
import { and, eq, gt, gte, inArray, lte, not, or, sql, type Column, type SQL } from 'drizzle-orm'
import type { Database } from '#db/database.ts'
import { beginsWith } from '#db/search/begins-with.ts'
import type { WordQuery } from '#db/search/word-query.ts'

export interface ProductFilter {
  minPriceMinor?: number | undefined
  maxPriceMinor?: number | undefined
  inStock?: boolean | undefined
  maxStock?: number | undefined
  /** Whether it is from 1 to the product's own threshold, or to this default. */
  lowStock?: { is: boolean; defaultAt: number } | undefined
  /** Whether it is one of these; a cursor is good for them whichever they are. */
  advertised?: { is: boolean; ids: () => readonly number[] } | undefined
  /** Any of these. */
  skus?: readonly string[] | undefined
  found?: FoundFilter | undefined
}

/** What a search finds: these products, or those with the words or the code. */
export type FoundFilter =
  | { ids: readonly number[] }
  | { query: WordQuery | undefined; codes: readonly string[]; asWritten: string }

/** So many are sorted sooner than a page of them is met in an order of a million. */
const FEW = 5_000

/** @param sortedBy the column whose index gives the order of the rows; the filters leave the other indexes alone */
export function conditions(db: Database, filter: ProductFilter, sortedBy?: Column | SQL): SQL[] {
  const { priceMinor, stockLevel, lowStockAt, sku } = db.tables.products
  const own = (column: Column) => (sortedBy && sortedBy !== column ? db.unindexed(column) : sql`${column}`)
  return [
    ...ofPrice(filter, own(priceMinor)),
    ...ofStock(filter, own(stockLevel)),
    ...ofThreshold(filter, own(stockLevel), lowStockAt),
    ...ofAds(db, filter),
    ...(filter.skus === undefined ? [] : [inArray(sku, filter.skus)]),
    ...(filter.found === undefined ? [] : [isFound(db, filter.found)]),
  ]
}

function isFound(db: Database, found: FoundFilter): SQL {
  const { products } = db.tables
  if ('ids' in found) return inArray(products.id, [...found.ids])
  const { query, codes, asWritten } = found
  const ways = [
    query && sql`${products.id} in (select id from ${db.matches(query)})`,
    ...codes.map((code) => beginsWith(products.skuKey, code)),
    ...codes.slice(0, 1).map((code) => beginsWith(products.gtin, code)),
    eq(products.sku, asWritten),
  ]
  return or(...ways.filter((way) => way !== undefined)) ?? sql`false`
}

function ofPrice({ minPriceMinor, maxPriceMinor }: ProductFilter, price: SQL): SQL[] {
  return [
    ...(minPriceMinor === undefined ? [] : [gte(price, minPriceMinor)]),
    ...(maxPriceMinor === undefined ? [] : [lte(price, maxPriceMinor)]),
  ]
}

function ofStock({ inStock, maxStock }: ProductFilter, stock: SQL): SQL[] {
  return [
    ...(inStock === undefined ? [] : [inStock ? gt(stock, 0) : eq(stock, 0)]),
    ...(maxStock === undefined ? [] : [lte(stock, maxStock)]),
  ]
}

function ofThreshold({ lowStock }: ProductFilter, stock: SQL, own: Column): SQL[] {
  if (lowStock === undefined) return []
  const isLow = sql`${stock} between 1 and coalesce(${own}, ${lowStock.defaultAt})`
  return [lowStock.is ? isLow : not(isLow)]
}

function ofAds(db: Database, { advertised }: ProductFilter): SQL[] {
  if (advertised === undefined) return []
  const given = db.rowsOf(
    advertised.ids().map((id) => ({ id })),
    [{ name: 'id', text: false }],
  )
  const isOne = sql`${db.tables.products.id} in (select id from ${given})`
  return [advertised.is ? isOne : not(isOne)]
}

/** Whether the price alone, or the stock alone, leaves so few that it leads to them. */
export async function isSelective(db: Database, filter: ProductFilter): Promise<boolean> {
  if (db.hasRowEstimates) return false
  if (filter.skus !== undefined || filter.found !== undefined) return true
  if (filter.advertised?.is === true && filter.advertised.ids().length <= FEW) return true
  const { products } = db.tables
  for (const bounds of [
    ofPrice(filter, sql`${products.priceMinor}`),
    ofStock(filter, sql`${products.stockLevel}`),
  ]) {
    if (bounds.length === 0) continue
    const first = db.reader.select({ one: sql`1` }).from(products)
    const counted = first
      .where(and(...bounds))
      .limit(FEW + 1)
      .as('counted')
    if ((await db.reader.$count(counted)) <= FEW) return true
  }
  return false
}

/** Without an index for both the filter and the order, every row may have to be looked at. */
export function queriesFor(db: Database, filter: ProductFilter) {
  return Object.values(filter).every((bound) => bound === undefined) ? db.reader : db.scanner
}
