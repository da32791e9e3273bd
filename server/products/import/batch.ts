/** A batch of imported lines as one transaction; in halves when another writer has taken a SKU meanwhile. */
import type { Database } from '#db/database.ts'
import { rowsByKeys } from '#server/products/pages.ts'
import { type ProductWrites } from '#server/products/writes.ts'
import { changedRow, type PlannedChange } from '#server/products/planned-change.ts'
import { NO_OPTIONAL_FIELDS, type NewRow } from '#server/products/new-row.ts'
import { keysOf, keyViolated } from '#server/products/unique-keys.ts'
import { KnownRows } from './known-rows.ts'
import type { ImportedLine } from './line.ts'
import {
  applyLines,
  emptyTally,
  type ImportTarget,
  type Planned,
  type PlanOptions,
  type Tally,
} from './plan.ts'

/** Of one file: each call goes on from what the one before it did. */
export type ImportLines = (lines: readonly ImportedLine[], plan: PlanOptions) => Promise<Planned>

export interface BatchOptions extends PlanOptions {
  write: <T>(run: (writes: ProductWrites) => Promise<T>) => Promise<T>
}

export async function importBatch(
  db: Database,
  lines: readonly ImportedLine[],
  options: BatchOptions,
): Promise<Planned> {
  try {
    return await options.write((writes) => applyLines(targetOf(writes), lines, options))
  } catch (error) {
    const violation = db.uniqueViolation(error)
    if (violation === undefined) throw error
    const [only] = lines
    if (lines.length === 1 && only) return refused(only, violation)
    const middle = Math.ceil(lines.length / 2)
    const first = await importBatch(db, lines.slice(0, middle), options)
    const waiting = [...options.waiting, ...first.setAside]
    return joined(first, await importBatch(db, lines.slice(middle), { ...options, waiting }))
  }
}

function targetOf(writes: ProductWrites): ImportTarget {
  return {
    find: (keys) => writes.lockByKeys(keys),
    after: (row, change) => writes.after(row, change),
    changeAll: (changes) => writes.changeAll(changes),
    createAll: (rows) => writes.createAll(rows, 'import'),
  }
}

function refused({ line, fields }: ImportedLine, violation: string): Planned {
  const { code, message: detail } = keyViolated(violation, fields)
  return { tally: { ...emptyTally(), rejected: [{ line, code, detail }] }, setAside: [] }
}

function joined(first: Planned, second: Planned): Planned {
  return {
    tally: addTallies(first.tally, second.tally),
    setAside: [...first.setAside, ...second.setAside],
  }
}

export function addTallies(first: Tally, second: Tally): Tally {
  return {
    created: first.created + second.created,
    updated: first.updated + second.updated,
    unchanged: first.unchanged + second.unchanged,
    rejected: [...first.rejected, ...second.rejected],
  }
}

/** The catalogue as a file would leave it, were it imported: what a dry run writes stays in memory. */
export function pictureOf(db: Database, now: number): ImportTarget {
  const changed = new KnownRows()
  let lastId = 0
  return {
    async find(keys) {
      const stored = await rowsByKeys(db, keys)
      const found = stored.map((row) => changed.byId(row.id) ?? row)
      const { skus = [], gtins = [], adsItemIds = [] } = keys
      const unique = [
        ...skus.map((sku) => ({ sku })),
        ...gtins.map((gtin) => ({ gtin })),
        ...adsItemIds.map((adsItemId) => ({ adsItemId })),
      ].flatMap(keysOf)
      return [...found, ...unique.flatMap((key) => changed.ownerOf(key) ?? [])]
    },
    after: (row, change) => changedRow(row, change, now),
    changeAll: async (changes: readonly PlannedChange[]) =>
      changes.forEach(({ after }) => changed.keep(after)),
    async createAll(rows: readonly NewRow[]) {
      // No product has such an id, and no line can name it.
      const created = rows.map((row) => ({
        ...NO_OPTIONAL_FIELDS,
        ...row,
        id: --lastId,
        version: 1,
        createdAt: now,
        updatedAt: now,
      }))
      for (const row of created) changed.keep(row)
      return created
    },
  }
}
