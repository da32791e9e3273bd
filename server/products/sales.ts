/** What was sold of each product of late, from the ledger: sales, less what came back. */
import { and, eq, gt, gte, or, sql, type Column, type SQL } from 'drizzle-orm'
import type { Database } from '#db/database.ts'
import type { ProductRow } from '#db/schema.postgres.ts'
import { productColumns } from './pages.ts'

export interface SalesWindow {
  /** Milliseconds since the epoch. */
  since: number
  days: number
}

/** The shorter one lies within the longer one. */
export interface SalesWindows {
  short: SalesWindow
  long: SalesWindow
}

export interface Sales {
  /** Less than 0 where more came back than was sold. */
  units: number
  /** Entries with the reason `sold`. */
  entries: number
  /** The sum of the squares of all entries: how much a rate depends on a few large ones. */
  squares: number
}

export interface SellingRow {
  row: ProductRow
  short: Sales
  long: Sales
}

export interface SellingRequest {
  windows: SalesWindows
  of:
    | { id: number }
    /** Those of them that are in stock. */
    | { ids: readonly number[] }
    /** Those in stock that may be sold out by then; a product that is younger than a window is among them. */
    | { withinDays: number }
}

export async function sellingRows(db: Database, request: SellingRequest): Promise<SellingRow[]> {
  const found = await sellingQuery(db, request)
  return found.map(({ row, ...sums }) => ({
    row,
    short: { units: Number(sums.u1), entries: Number(sums.n1), squares: Number(sums.s1) },
    long: { units: Number(sums.u2), entries: Number(sums.n2), squares: Number(sums.s2) },
  }))
}

/** For the tests of query plans as well. */
export function sellingQuery(db: Database, { windows, of }: SellingRequest) {
  const { products } = db.tables
  const sales = salesIn(db, windows, 'id' in of ? of.id : undefined)
  const selected = {
    row: productColumns(db),
    u1: orZero(sales.u1),
    n1: orZero(sales.n1),
    s1: orZero(sales.s1),
    u2: orZero(sales.u2),
    n2: orZero(sales.n2),
    s2: orZero(sales.s2),
  }
  const query = db.scanner.select(selected).from(products)
  const inStock = gt(products.stockLevel, 0)
  if ('withinDays' in of) {
    const soldOut = (units: SQL.Aliased, { days }: SalesWindow) =>
      gte(times(units, of.withinDays), times(products.stockLevel, days))
    const mayRunOut = or(
      soldOut(sales.u1, windows.short),
      soldOut(sales.u2, windows.long),
      gt(products.createdAt, windows.long.since),
    )
    return query.innerJoin(sales, eq(sales.productId, products.id)).where(and(inStock, mayRunOut))
  }
  const joined = query.leftJoin(sales, eq(sales.productId, products.id))
  if ('id' in of) return joined.where(eq(products.id, of.id))
  const given = db.rowsOf(
    of.ids.map((id) => ({ id })),
    [{ name: 'id', text: false }],
  )
  return joined.where(and(inStock, sql`${products.id} in (select id from ${given})`))
}

function salesIn(db: Database, { short, long }: SalesWindows, productId: number | undefined) {
  const { stockAdjustments: ledger } = db.tables
  const lately = (value: SQL) => sql`case when ${ledger.createdAt} >= ${short.since} then ${value} else 0 end`
  const units = sql`-${ledger.delta}`
  const entry = sql`case when ${ledger.reason} = 'sold' then 1 else 0 end`
  const square = sql`cast(${ledger.delta} as double precision) * ${ledger.delta}`
  return db.scanner
    .select({
      productId: ledger.productId,
      u1: sum(lately(units)).as('u1'),
      n1: sum(lately(entry)).as('n1'),
      s1: sum(lately(square)).as('s1'),
      u2: sum(units).as('u2'),
      n2: sum(entry).as('n2'),
      s2: sum(square).as('s2'),
    })
    .from(ledger)
    .where(
      and(
        // Written out: with parameters SQLite would not see that its partial index has them all.
        sql`${ledger.reason} in ('sold', 'returned')`,
        gte(ledger.createdAt, long.since),
        productId === undefined ? undefined : eq(ledger.productId, productId),
      ),
    )
    .groupBy(db.unindexed(ledger.productId))
    .as('sales')
}

function sum(value: SQL): SQL<number> {
  return sql<number>`sum(${value})`
}

/** Not as integers: their product may have more than 64 bits. */
function times(value: SQL.Aliased | Column, days: number): SQL {
  return sql`cast(${value} as double precision) * ${sql.raw(String(days))}`
}

function orZero(value: SQL.Aliased): SQL {
  return sql`coalesce(${value}, 0)`
}
