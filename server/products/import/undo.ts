/**
 * Undoes an import: what it created is removed, what it updated becomes what it was, but only where the product is as
 * the import left it. In batches; a second call goes on where the first one ended.
 */
import type { Database } from '#db/database.ts'
import { ProblemError } from '#server/errors.ts'
import type { ProductWrites } from '#server/products/writes.ts'
import { importBatch, type BatchOptions } from './batch.ts'
import type { ImportedLine } from './line.ts'
import { changesAfter, fieldsBefore, isRecent, type ImportChangeRow } from './record.ts'

const BATCH_SIZE = 1000
/** No product has it. */
const NO_VERSION = -1

export interface Undone {
  restored: number
  removed: number
  kept: KeptProduct[]
}

export interface KeptProduct {
  productId: number
  detail: string
}

type Write = BatchOptions['write']

/** @throws ProblemError `IMPORT_NOT_FOUND` */
export async function undoImport(
  db: Database,
  importId: number,
  { write, now }: { write: Write; now: number },
): Promise<Undone> {
  if (!(await isRecent(db, importId, now)))
    throw new ProblemError('IMPORT_NOT_FOUND', `No import of the last 24 hours has the id ${importId}.`)
  // The created ones first: they may have SKUs that belonged to others before.
  const removal = await removeCreated(db, importId, write)
  const restoration = await restoreUpdated(db, importId, write)
  return {
    removed: removal.removed,
    restored: restoration.restored,
    kept: [...removal.kept, ...restoration.kept],
  }
}

async function* batches(db: Database, importId: number, created: boolean): AsyncGenerator<ImportChangeRow[]> {
  for (let after = 0; ;) {
    const rows = await changesAfter(db, { importId, created, after, limit: BATCH_SIZE })
    const last = rows.at(-1)
    if (!last) return
    yield rows
    after = last.productId
  }
}

async function removeCreated(db: Database, importId: number, write: Write) {
  let removed = 0
  const kept: KeptProduct[] = []
  for await (const rows of batches(db, importId, true)) {
    const batch = await write((writes) => removeUnchanged(writes, rows))
    removed += batch.removed
    kept.push(...batch.kept)
  }
  return { removed, kept }
}

async function removeUnchanged(writes: ProductWrites, rows: readonly ImportChangeRow[]) {
  const ids = rows.map(({ productId }) => productId)
  const found = new Map((await writes.lockByKeys({ ids })).map((row) => [row.id, row]))
  const isChanged = ({ productId, version }: ImportChangeRow) =>
    found.has(productId) && found.get(productId)?.version !== version
  const kept = rows.filter(isChanged).map(({ productId }) => ({ productId, detail: CHANGED }))
  // Those that are gone already as well: nothing is left to undo of them.
  await writes.remove(rows.flatMap((row) => (isChanged(row) ? [] : row.productId)))
  return { removed: found.size - kept.length, kept }
}

/** As a file that says what each product was: the rules for SKUs that are passed on hold for this direction too. */
async function restoreUpdated(db: Database, importId: number, write: Write) {
  let restored = 0
  const kept: KeptProduct[] = []
  const waiting: ImportedLine[] = []
  const apply = async (lines: readonly ImportedLine[], settled: boolean) => {
    const plan = { settled, waiting: settled ? [] : [...waiting], keepMangledSkus: true }
    const { tally, setAside } = await importBatch(db, lines, { ...plan, write })
    waiting.push(...setAside)
    restored += tally.updated + tally.unchanged
    kept.push(
      ...tally.rejected.map(({ line, code, detail }) => ({
        productId: line,
        detail: REASONS[code] ?? detail,
      })),
    )
  }
  for await (const rows of batches(db, importId, false)) await apply(rows.map(toLine), false)
  if (waiting.length > 0) await apply(waiting.splice(0), true)
  return { restored, kept }
}

const CHANGED = 'was changed after the import'
const REASONS: Readonly<Record<string, string>> = {
  VERSION_MISMATCH: CHANGED,
  PRODUCT_NOT_FOUND: 'was deleted after the import',
}

function toLine({ productId, version, before }: ImportChangeRow): ImportedLine {
  if (before === null) throw new Error(`The product ${productId} was created by the import.`)
  return {
    line: productId,
    id: productId,
    version: version ?? NO_VERSION,
    fields: fieldsBefore(before),
    stockDelta: undefined,
  }
}
