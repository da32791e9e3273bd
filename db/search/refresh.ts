/** Rows that a version before this one wrote, while or before this one runs, get what they are searched and sorted by. */
import { and, gt, inArray, lte, max, notLike } from 'drizzle-orm'
import { updateMany } from '#db/bulk.ts'
import type { Database } from '#db/database.ts'
import { OF_THIS_VERSION, searchColumns } from './columns.ts'
import { Vocabulary } from './vocabulary.ts'

/** Rows looked at, and locked, at once. */
const STEP = 1000

/** @returns how many rows got it */
export async function refreshSearch(db: Database, signal: AbortSignal): Promise<number> {
  const { products, webhookOutbox: outbox } = db.tables
  const vocabulary = new Vocabulary(db)
  const [last] = await db.reader.select({ id: max(products.id) }).from(products)
  let refreshed = 0
  for (let after = 0; after < (last?.id ?? 0) && !signal.aborted; after += STEP) {
    const isOlder = and(
      gt(products.id, after),
      lte(products.id, after + STEP),
      notLike(products.words, `%${OF_THIS_VERSION}%`),
    )
    const named = await db.scanner
      .select({ name: products.name, sku: products.sku })
      .from(products)
      .where(isOlder)
    if (named.length === 0) continue
    await vocabulary.indexWords(named)
    await db.derive(async (tx) => {
      const columns = { id: products.id, name: products.name, sku: products.sku }
      const rows = await db.forUpdate(tx.select(columns).from(products).where(isOlder).orderBy(products.id))
      // Nor do webhooks tell of it: what the rows' locks keep others from writing here is this update's own.
      const [told] = await tx.select({ id: max(outbox.id) }).from(outbox)
      await updateMany(
        { db, tx },
        { table: products, rows: rows.map(({ id, ...row }) => ({ id, ...searchColumns(row) })) },
      )
      const ids = rows.map(({ id }) => id)
      await tx.delete(outbox).where(and(gt(outbox.id, told?.id ?? 0), inArray(outbox.productId, ids)))
      refreshed += rows.length
    })
  }
  return refreshed
}
