/** What products are to become, and which of those changes one statement can write. */
import type { ProductRow } from '#db/schema.postgres.ts'
import { searchColumns } from '#db/search/columns.ts'
import type { NewRow } from './new-row.ts'
import type { AdjustmentReason } from './schema.ts'

export type ChangeReason = 'set' | 'import' | AdjustmentReason

export interface PlannedChange {
  before: ProductRow
  after: ProductRow
  reason: ChangeReason
  /** Of the ledger's entry. */
  reference?: string | null | undefined
  /** Of the ledger's entry, where it is not the author of all that is written. */
  actor?: string | undefined
}

/** Whether the change would make another product of it. */
export function differs(row: ProductRow, change: Partial<NewRow>): boolean {
  const fields = Object.entries(change) as [keyof NewRow, NewRow[keyof NewRow]][]
  return fields.some(([field, value]) => value !== row[field])
}

/** The row itself when it is as asked for already. */
export function changedRow(row: ProductRow, change: Partial<NewRow>, now: number): ProductRow {
  if (!differs(row, change)) return row
  return { ...row, ...change, version: row.version + 1, updatedAt: Math.max(now, row.updatedAt) }
}

/** The first changes of all products, then their second ones, and so on: no statement changes a row twice. */
export function rounds(changes: readonly PlannedChange[]): PlannedChange[][] {
  const before = new Map<number, number>()
  const all: PlannedChange[][] = []
  for (const change of changes) {
    const round = before.get(change.after.id) ?? 0
    before.set(change.after.id, round + 1)
    ;(all[round] ??= []).push(change)
  }
  return all
}

/** What differs in one of them; a statement with fewer columns costs less. */
export function updatesOf(changes: readonly PlannedChange[]): ({ id: number } & Partial<ProductRow>)[] {
  const fields = Object.keys(changes[0]?.after ?? {}) as (keyof ProductRow)[]
  const changed = fields.filter(
    (field) => field === 'id' || changes.some(({ before, after }) => before[field] !== after[field]),
  )
  const isRenamed = changed.includes('name') || changed.includes('sku')
  return changes.map(({ after }) => ({
    id: after.id,
    ...Object.fromEntries(changed.map((field) => [field, after[field]])),
    ...(isRenamed && searchColumns(after)),
  }))
}
