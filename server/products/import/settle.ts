/** Settles lines that wait for a SKU or a GTIN that another product still has, once no line is to come any more. */
import type { ProductRow } from '#db/schema.postgres.ts'
import { nextTurn } from '#server/platform/turns.ts'
import type { NewRow } from '#server/products/new-row.ts'
import { keyTaken, UNIQUE_FIELDS, type Unique, type UniqueKey } from '#server/products/unique-keys.ts'
import type { ImportedLine } from './line.ts'
import { afterWhatTheyNeed, circleFrom } from './waiting-order.ts'

/** The plan, as far as it is asked here. */
export interface Unsettled {
  /** Lines that wait, in the order of the file. */
  setAside: ImportedLine[]
  /** All that wait; what was behind them is free to go on. */
  takeWaiting: () => ImportedLine[]
  /** Applies the line, or sets it aside again. */
  add: (line: ImportedLine) => Promise<void>
  reject: (line: ImportedLine, error: unknown) => void
  productOf: (line: ImportedLine) => ProductRow | undefined
  /** What the line asks for and another product has. */
  takenKeys: (line: ImportedLine) => { key: UniqueKey; owner: ProductRow }[]
  /** Whether nothing but such a key stands in its way. */
  isAllowed: (line: ImportedLine) => boolean
  /** The product goes without what is unique, and nothing waits behind it. */
  free: (row: ProductRow, freed: Partial<NewRow>) => Promise<void>
}

/**
 * Applies what waits as far as it goes, each line after those that it waits for, one round after the other; then
 * refuses what waits for nothing that is to come; then breaks circles.
 */
export async function settle(plan: Unsettled): Promise<void> {
  for (;;) {
    const before = inOrder(plan)
    plan.takeWaiting()
    for (const line of before) {
      await nextTurn()
      await plan.add(line)
    }
    const { length } = plan.setAside
    if (length === 0) return
    if (length < before.length) continue
    if (!refuseHopeless(plan) && !(await breakCircles(plan))) refuse(plan, plan.setAside.slice(0, 1))
  }
}

/** Of each product that waits, in order. */
function linesByProduct(plan: Unsettled): Map<number, ImportedLine[]> {
  const byProduct = new Map<number, ImportedLine[]>()
  for (const line of plan.setAside) {
    const id = plan.productOf(line)?.id
    if (id === undefined) continue
    const own = byProduct.get(id)
    if (own) own.push(line)
    else byProduct.set(id, [line])
  }
  return byProduct
}

/** What was set aside: behind the line before it of its own product, and behind those of products that have what it wants. */
function inOrder(plan: Unsettled): ImportedLine[] {
  const byProduct = linesByProduct(plan)
  const previous = new Map<ImportedLine, ImportedLine | undefined>()
  for (const lines of byProduct.values())
    for (const [at, line] of lines.entries()) previous.set(line, lines[at - 1])
  const last = ({ owner }: { owner: ProductRow }) => byProduct.get(owner.id)?.at(-1)
  return afterWhatTheyNeed(plan.setAside, (line) => [previous.get(line), ...plan.takenKeys(line).map(last)])
}

function ownerOfTarget(plan: Unsettled, line: ImportedLine | undefined): number | undefined {
  return line && plan.takenKeys(line)[0]?.owner.id
}

/** First lines whose SKU or GTIN will not become free: the product that has it waits for nothing. @returns whether there were any */
function refuseHopeless(plan: Unsettled): boolean {
  const byProduct = linesByProduct(plan)
  const left = new Map([...byProduct].map(([id, { length }]) => [id, length] as const))
  const refused = inOrder(plan).filter((line) => {
    const own = plan.productOf(line)?.id
    if (own !== undefined && byProduct.get(own)?.[0] !== line) return false
    if ((left.get(ownerOfTarget(plan, line) ?? Number.NaN) ?? 0) > 0) return false
    if (own !== undefined) left.set(own, (left.get(own) ?? 1) - 1)
    return true
  })
  refuse(plan, refused)
  return refused.length > 0
}

function refuse(plan: Unsettled, refused: readonly ImportedLine[]): void {
  leaveOut(plan, refused)
  for (const line of refused) plan.reject(line, keyTaken(plan.takenKeys(line)[0]?.key ?? '', line.fields))
}

function leaveOut(plan: Unsettled, lines: readonly ImportedLine[]): void {
  const gone = new Set(lines)
  plan.setAside = plan.setAside.filter((line) => !gone.has(line))
}

/** Products that pass what is unique on in a circle: the first one goes without while the others take theirs. */
async function breakCircles(plan: Unsettled): Promise<boolean> {
  const first = new Map([...linesByProduct(plan)].map(([id, [line]]) => [id, line] as const))
  const seen = new Set<number>()
  let broken = false
  for (const start of first.keys()) {
    await nextTurn()
    const circle = circleFrom(start, seen, (id) => ownerOfTarget(plan, first.get(id)))
    const lines = circle.flatMap((id) => first.get(id) ?? [])
    if (await breakCircle(plan, lines)) broken = true
  }
  return broken
}

async function breakCircle(plan: Unsettled, lines: readonly ImportedLine[]): Promise<boolean> {
  const row = lines[0] && plan.productOf(lines[0])
  if (!row || !lines.every((line) => plan.isAllowed(line))) return false
  const freed = freedFor(lines.at(-1)?.fields ?? {}, row)
  // It must get others itself: what a line does not name, its product keeps.
  if (Object.keys(freed).some((field) => lines[0]?.fields[field as keyof Unique] === undefined)) return false
  await plan.free(row, freed as Partial<NewRow>)
  leaveOut(plan, lines)
  // The last one wants what the first had, the one before it what the last had, and so on.
  for (const line of lines.toReversed()) await plan.add({ ...line, version: undefined })
  return true
}

/** Those fields of the row that stand in the way of what is asked for. */
function freedFor(wanted: Partial<NewRow>, row: ProductRow): Unique {
  const inTheWay = UNIQUE_FIELDS.filter((field) => row[field] !== null && wanted[field] === row[field])
  return Object.fromEntries(inTheWay.map((field) => [field, null]))
}
