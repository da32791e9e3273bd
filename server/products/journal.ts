/** What happened to products and their stock, in the order of happening. */
import { and, desc, eq, gt, gte, inArray, lt, lte, max, min, sql } from 'drizzle-orm'
import type { Database, Tables } from '#db/database.ts'
import { readSetting } from '#db/settings.ts'
import type { PriceChangeRow, StockAdjustmentRow } from '#db/schema.postgres.ts'

export type ChangeRow = Tables['changes']['$inferSelect']

export interface LedgerPage {
  limit: number
  /** Entries older than the one with this id. */
  before: number | undefined
}

/** The ledger of a product, newest first. */
export async function ledgerRows(
  db: Database,
  productId: number,
  { limit, before }: LedgerPage,
): Promise<StockAdjustmentRow[]> {
  const { stockAdjustments } = db.tables
  const older = before === undefined ? undefined : lt(stockAdjustments.id, before)
  return await db.reader
    .select()
    .from(stockAdjustments)
    .where(and(eq(stockAdjustments.productId, productId), older))
    .orderBy(desc(stockAdjustments.id))
    .limit(limit)
}

/** The change feed after `seq`, oldest first. */
export async function changeRows(
  { reader, tables: { changes } }: Database,
  seq: number,
  limit: number,
): Promise<ChangeRow[]> {
  return await reader.select().from(changes).where(gt(changes.seq, seq)).orderBy(changes.seq).limit(limit)
}

export async function latestSeq({ reader, tables: { changes } }: Database): Promise<number> {
  const [newest] = await reader.select({ seq: max(changes.seq) }).from(changes)
  return newest?.seq ?? 0
}

/** The changes of a product's price, newest first. `before`: older than the one that made this version. */
export async function priceRows(
  db: Database,
  productId: number,
  { limit, before }: LedgerPage,
): Promise<PriceChangeRow[]> {
  const { priceChanges } = db.tables
  const older = before === undefined ? undefined : lt(priceChanges.version, before)
  return await db.reader
    .select()
    .from(priceChanges)
    .where(and(eq(priceChanges.productId, productId), older))
    .orderBy(desc(priceChanges.version))
    .limit(limit)
}

/** The lowest price that changes after `from` and until `until` put an end to; null where there are none. */
export async function lowestEnded(
  db: Database,
  productId: number,
  { from, until }: { from: number; until: number },
): Promise<number | null> {
  const { priceChanges } = db.tables
  const { productId: id, at, beforeMinor } = priceChanges
  const [found] = await db.reader
    .select({ lowest: min(beforeMinor) })
    .from(priceChanges)
    .where(and(eq(id, productId), gt(at, from), lte(at, until)))
  return found?.lowest ?? null
}

/** When the migration created their table. */
export async function pricesRecordedSince(db: Database): Promise<number> {
  return Number(await readSetting(db, db.reader, 'prices: recorded since'))
}

export async function lastReduction(db: Database, productId: number): Promise<PriceChangeRow | undefined> {
  const { priceChanges } = db.tables
  const { productId: id, version, beforeMinor, afterMinor } = priceChanges
  const [found] = await db.reader
    .select()
    .from(priceChanges)
    .where(and(eq(id, productId), lt(afterMinor, beforeMinor)))
    .orderBy(desc(version))
    .limit(1)
  return found
}

/** A quarter of an hour: every date of every time zone begins with one. */
const STEP_MS = 900_000

export type StockStep = Pick<StockAdjustmentRow, 'createdAt' | 'stockLevelAfter'>

/** What the stock was at the end of each quarter of an hour in which it changed, and before the first: oldest first. */
export async function stockSteps(db: Database, productId: number, since: number): Promise<StockStep[]> {
  const { stockAdjustments } = db.tables
  const { id, productId: ofProduct, createdAt, stockLevelAfter } = stockAdjustments
  const own = eq(ofProduct, productId)
  const lastOfEach = db.scanner
    .select({ id: max(id) })
    .from(stockAdjustments)
    .where(and(own, gte(createdAt, since)))
    .groupBy(sql`${createdAt} / ${sql.raw(String(STEP_MS))}`)
  const columns = { createdAt, stockLevelAfter }
  const steps = db.scanner.select(columns).from(stockAdjustments).where(inArray(id, lastOfEach)).orderBy(id)
  const before = db.scanner
    .select(columns)
    .from(stockAdjustments)
    .where(and(own, lt(createdAt, since)))
    .orderBy(desc(id))
    .limit(1)
  return [...(await before), ...(await steps)]
}
