/** What an import made of each product, recorded in the transaction of each batch: for a day it can be undone. */
import { and, count, desc, eq, gt, inArray, isNotNull, isNull, lte } from 'drizzle-orm'
import * as v from 'valibot'
import { insertMany } from '#db/bulk.ts'
import type { Database, Queries, Tables } from '#db/database.ts'
import type { ProductRow } from '#db/schema.postgres.ts'
import { fieldsOf } from '#server/products/new-row.ts'

export const UNDOABLE_MS = 24 * 3_600_000
const IMPORTS_SHOWN = 100

interface Within {
  db: Database
  tx: Queries
}

export type ImportChangeRow = Tables['importChanges']['$inferSelect']

/** Without `before` the product is a new one. */
export interface RecordedChange {
  before?: ProductRow
  after: ProductRow
}

/** @returns its id */
export async function startImport({ db, tx }: Within, author: { actor: string; now: number }) {
  const { imports } = db.tables
  const [started] = await tx
    .insert(imports)
    .values({ actor: author.actor, createdAt: author.now })
    .returning({ id: imports.id })
  if (!started) throw new Error('An insert returned no row.')
  return started.id
}

/** In the order in which they were made; a product may come more than once, in this call and in later ones. */
export async function recordChanges(
  within: Within,
  importId: number,
  changes: readonly RecordedChange[],
): Promise<void> {
  const rows = new Map<number, ImportChangeRow>()
  for (const { before, after } of changes) {
    const first = rows.get(after.id) ?? {
      importId,
      productId: after.id,
      fromVersion: before?.version ?? 0,
      before: before === undefined ? null : JSON.stringify(fieldsOf(before)),
    }
    rows.set(after.id, { ...first, version: after.version })
  }
  const { importChanges } = within.db.tables
  await insertMany(within, {
    into: importChanges,
    rows: [...rows.values()],
    onConflict: `(import_id, product_id) do update
      set version = case when import_changes.version = excluded.from_version then excluded.version end`,
  })
}

export async function forgetChanges(
  { db, tx }: Within,
  importId: number,
  productIds: readonly number[],
): Promise<void> {
  const { importChanges } = db.tables
  await tx
    .delete(importChanges)
    .where(and(eq(importChanges.importId, importId), inArray(importChanges.productId, [...productIds])))
}

/** Those that can be undone yet, newest first, with the number of products that they created and updated. */
export async function recentImports({ scanner, tables }: Database, now: number) {
  const { imports, importChanges } = tables
  const { id, actor, createdAt } = imports
  return await scanner
    .select({ id, actor, createdAt, changed: count(), updated: count(importChanges.before) })
    .from(imports)
    .innerJoin(importChanges, eq(importChanges.importId, id))
    .where(gt(createdAt, now - UNDOABLE_MS))
    .groupBy(id, actor, createdAt)
    .orderBy(desc(id))
    .limit(IMPORTS_SHOWN)
}

/** Whether it can be undone yet. */
export async function isRecent({ reader, tables: { imports } }: Database, id: number, now: number) {
  const rows = await reader
    .select()
    .from(imports)
    .where(and(eq(imports.id, id), gt(imports.createdAt, now - UNDOABLE_MS)))
  return rows.length > 0
}

/** Of the products that an import created, or else of those that it updated, by id. */
export async function changesAfter(
  { reader, tables: { importChanges } }: Database,
  { importId, created, after, limit }: { importId: number; created: boolean; after: number; limit: number },
): Promise<ImportChangeRow[]> {
  const { before, productId } = importChanges
  return await reader
    .select()
    .from(importChanges)
    .where(
      and(
        eq(importChanges.importId, importId),
        gt(productId, after),
        created ? isNull(before) : isNotNull(before),
      ),
    )
    .orderBy(productId)
    .limit(limit)
}

export async function forgetOldImports(db: Database, now: number): Promise<void> {
  const { imports, importChanges } = db.tables
  const old = await db.reader
    .select()
    .from(imports)
    .where(lte(imports.createdAt, now - UNDOABLE_MS))
  for (const { id } of old)
    await db.withTransaction(async (tx) => {
      await tx.delete(importChanges).where(eq(importChanges.importId, id))
      await tx.delete(imports).where(eq(imports.id, id))
    })
}

/** What an import can change. */
const Fields = v.object({
  sku: v.nullable(v.string()),
  name: v.string(),
  priceMinor: v.number(),
  stockLevel: v.number(),
  gtin: v.nullable(v.string()),
  adsItemId: v.nullable(v.string()),
  lowStockAt: v.nullable(v.number()),
})

/** What a product was before the import. */
export function fieldsBefore(stored: string): v.InferOutput<typeof Fields> {
  return v.parse(Fields, JSON.parse(stored))
}
