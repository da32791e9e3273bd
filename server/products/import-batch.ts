/** A batch of imported lines as one transaction; if one line breaks it, in halves, until that line stands alone. */
import type { Database } from '#db/database.ts'
import type { ProductRow } from '#db/schema.postgres.ts'
import { ProblemError } from '#server/errors.ts'
import type { ImportedLine } from './csv-line.ts'
import type { ImportSummary } from './schema.ts'
import {
  productNotFound,
  VersionMismatch,
  type NewRow,
  type PlannedChange,
  type ProductWrites,
} from './writes.ts'

type Write = <T>(run: (writes: ProductWrites) => Promise<T>) => Promise<T>

class DryRun extends Error {
  readonly summary: ImportSummary
  constructor(summary: ImportSummary) {
    super('A dry run is rolled back.')
    this.summary = summary
  }
}

export interface BatchOptions {
  write: Write
  dryRun: boolean
}

export async function importBatch(
  db: Database,
  lines: readonly ImportedLine[],
  options: BatchOptions,
): Promise<ImportSummary> {
  try {
    return await attempt(lines, options)
  } catch (error) {
    if (!db.isUniqueViolation(error)) throw error
    const [only] = lines
    if (lines.length === 1 && only) return await importAlone(db, only, options)
    const middle = Math.ceil(lines.length / 2)
    const first = await importBatch(db, lines.slice(0, middle), options)
    const second = await importBatch(db, lines.slice(middle), options)
    return {
      created: first.created + second.created,
      updated: first.updated + second.updated,
      unchanged: first.unchanged + second.unchanged,
      rejected: [...first.rejected, ...second.rejected],
    }
  }
}

/** Retries once: another writer may have created the product with this SKU meanwhile, and then it is found. */
async function importAlone(db: Database, line: ImportedLine, options: BatchOptions): Promise<ImportSummary> {
  try {
    return await attempt([line], options)
  } catch (error) {
    if (!db.isUniqueViolation(error)) throw error
    const detail = `Another product has the SKU "${line.fields.sku}".`
    return {
      created: 0,
      updated: 0,
      unchanged: 0,
      rejected: [{ line: line.line, code: 'SKU_TAKEN', detail }],
    }
  }
}

async function attempt(
  lines: readonly ImportedLine[],
  { write, dryRun }: BatchOptions,
): Promise<ImportSummary> {
  try {
    return await write(async (writes) => {
      const summary = await importWithin(writes, lines)
      if (dryRun) throw new DryRun(summary)
      return summary
    })
  } catch (error) {
    if (error instanceof DryRun) return error.summary
    throw error
  }
}

async function importWithin(writes: ProductWrites, lines: readonly ImportedLine[]): Promise<ImportSummary> {
  const summary: ImportSummary = { created: 0, updated: 0, unchanged: 0, rejected: [] }
  const known = new KnownRows(await writes.lockByIdOrSku(keysOf(lines)))
  const fresh = new Map<string | null, NewRow>()
  const changes: PlannedChange[] = []
  const write = async () => {
    await writes.changeAll(changes.splice(0))
    for (const row of await writes.createAll([...fresh.values()], 'import')) known.keep(row)
    fresh.clear()
  }
  for (const line of lines) {
    try {
      // The same product may come twice in one file: the later line then changes what the earlier one makes.
      if (line.id === undefined && fresh.has(line.fields.sku ?? null)) await write()
      const before = known.find(line)
      if (!before) {
        const created = newRow(line)
        fresh.set(created.sku, created)
        summary.created += 1
        continue
      }
      const after = changed(writes, before, line)
      summary[after === before ? 'unchanged' : 'updated'] += 1
      if (after !== before) changes.push({ before, after, reason: 'import' })
      known.keep(after)
    } catch (error) {
      summary.rejected.push(rejection(line, error))
    }
  }
  await write()
  return summary
}

function keysOf(lines: readonly ImportedLine[]) {
  return {
    ids: lines.flatMap(({ id }) => id ?? []),
    skus: lines.flatMap(({ id, fields }) => (id === undefined ? (fields.sku ?? []) : [])),
  }
}

class KnownRows {
  readonly #byId = new Map<number, ProductRow>()
  readonly #bySku = new Map<string, ProductRow>()

  constructor(rows: readonly ProductRow[]) {
    for (const row of rows) this.keep(row)
  }

  keep(row: ProductRow): void {
    const before = this.#byId.get(row.id)
    if (before && before.sku !== null) this.#bySku.delete(before.sku)
    this.#byId.set(row.id, row)
    if (row.sku !== null) this.#bySku.set(row.sku, row)
  }

  find({ id, fields: { sku } }: ImportedLine): ProductRow | undefined {
    if (id === undefined) return this.#bySku.get(sku ?? '')
    const row = this.#byId.get(id)
    if (!row) throw productNotFound(id)
    return row
  }
}

/** A stale version is no conflict when the product already is as the line asks. */
function changed(writes: ProductWrites, row: ProductRow, { fields, version }: ImportedLine): ProductRow {
  const after = writes.after(row, fields)
  if (after !== row && version !== undefined && version !== row.version) throw new VersionMismatch(row)
  return after
}

function newRow({ fields: { sku = null, name, priceMinor, stockLevel = 0 } }: ImportedLine): NewRow {
  if (name === undefined || priceMinor === undefined) {
    throw new ProblemError('INVALID_INPUT', 'A new product needs a name and a price.')
  }
  return { sku, name, priceMinor, stockLevel }
}

function rejection({ line }: ImportedLine, error: unknown) {
  if (error instanceof VersionMismatch) return { line, code: 'VERSION_MISMATCH', detail: error.message }
  if (error instanceof ProblemError) return { line, code: error.code, detail: error.message }
  throw error
}
