/** What happened to products and their stock, in the order of happening. */
import { and, desc, eq, gt, lt, max } from 'drizzle-orm'
import type { Database, Tables } from '#db/database.ts'
import type { StockAdjustmentRow } from '#db/schema.postgres.ts'

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
