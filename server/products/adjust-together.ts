/** Adjustments of many callers in one transaction: few statements, however many there are. */
import type { ProductRow, StockAdjustmentRow } from '#db/schema.postgres.ts'
import type { ProductKey } from './refusals.ts'
import { refusalOf, type Adjustment, type ProductWrites } from './writes.ts'
import type { PlannedChange } from './planned-change.ts'

export interface SignedAdjustment extends Adjustment {
  actor: string
}

export interface Adjusted {
  product: ProductRow
  adjustment: StockAdjustmentRow
}

/**
 * In order: each sees what the ones before it made of its product.
 * @returns of each its outcome, or what it is refused with; undefined for a product that is not there
 * @throws when another transaction holds one of the products for long
 */
export async function adjustTogether(
  writes: ProductWrites,
  adjustments: readonly SignedAdjustment[],
): Promise<(Adjusted | Error | undefined)[]> {
  const current = await lockSoon(writes, adjustments)
  const planned = adjustments.map((adjustment) => {
    const before = current.get(nameOf(adjustment.key))
    const outcome = before && plan(writes, before, adjustment)
    if (isChange(outcome)) setRow(current, outcome.after)
    return outcome
  })
  const entries = await writes.changeAll(planned.filter(isChange))
  return planned.map((outcome) => {
    if (!isChange(outcome)) return outcome
    const adjustment = entries.get(outcome)
    if (!adjustment) throw new Error('A change of the stock has no entry in the ledger.')
    return { product: outcome.after, adjustment }
  })
}

function isChange(outcome: PlannedChange | Error | undefined): outcome is PlannedChange {
  return outcome !== undefined && !(outcome instanceof Error)
}

type Rows = Map<string | number, ProductRow>

const nameOf = (key: ProductKey) => ('id' in key ? key.id : key.sku)

/** By id and by SKU: one is a number, the other a text. */
async function lockSoon(writes: ProductWrites, adjustments: readonly Adjustment[]): Promise<Rows> {
  const rows: Rows = new Map()
  const names = Map.groupBy(new Set(adjustments.map(({ key }) => nameOf(key))), (name) =>
    typeof name === 'number' ? 'id' : 'sku',
  )
  for (const [by, values] of names) for (const row of await writes.lockSoon(by, values)) setRow(rows, row)
  return rows
}

function setRow(rows: Rows, row: ProductRow): void {
  rows.set(row.id, row)
  if (row.sku !== null) rows.set(row.sku, row)
}

function plan(
  writes: ProductWrites,
  before: ProductRow,
  adjustment: SignedAdjustment,
): PlannedChange | Error {
  const { delta, reason, reference, actor } = adjustment
  const refusal = refusalOf(before, adjustment)
  if (refusal) return refusal
  const after = writes.after(before, { stockLevel: before.stockLevel + delta })
  return { before, after, reason, reference, actor }
}
