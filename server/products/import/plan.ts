/**
 * What lines do to products, in order and by one set of rules for the import and for its dry run. A line whose SKU
 * or GTIN another product still has is set aside: products that swap them, or pass them on, may stand in any order.
 */
import type { ProductRow } from '#db/schema.postgres.ts'
import { ProblemError } from '#server/errors.ts'
import type { NewRow } from '#server/products/new-row.ts'
import type { PlannedChange } from '#server/products/writes.ts'
import { stockRefusal, VersionMismatch } from '#server/products/refusals.ts'
import { MAX_STOCK_LEVEL } from '#server/products/schema.ts'
import type { ImportSummary } from '#server/products/file-schema.ts'
import { keysOf, keyTaken, UNIQUE_FIELDS, type Unique, type UniqueKey } from '#server/products/unique-keys.ts'
import { nextTurn } from '#server/platform/turns.ts'
import { afterWhatTheyNeed, circleFrom } from './waiting-order.ts'
import { keysIn, KnownRows, type FindRows } from './known-rows.ts'
import type { ImportedLine } from './line.ts'
import { findShortened } from './shortened-skus.ts'

/** Where lines take effect: a transaction, or the picture of one that a dry run keeps. */
export interface ImportTarget {
  /** Every product with one of these, locked. */
  find: FindRows
  after: (row: ProductRow, change: Partial<NewRow>) => ProductRow
  changeAll: (changes: readonly PlannedChange[]) => Promise<void>
  createAll: (rows: readonly NewRow[]) => Promise<ProductRow[]>
}

/** So many lines wait for a SKU or GTIN of another product: all of them are settled in one transaction. */
const MAX_SET_ASIDE = 10_000

export type Tally = Pick<ImportSummary, 'created' | 'updated' | 'unchanged' | 'rejected'>

export function emptyTally(): Tally {
  return { created: 0, updated: 0, unchanged: 0, rejected: [] }
}

export interface Planned {
  tally: Tally
  setAside: ImportedLine[]
}

export interface PlanOptions {
  /** Nothing follows: a SKU that is still taken is refused. */
  settled: boolean
  /** Lines that were set aside before. */
  waiting: readonly ImportedLine[]
  /** SKUs that look as if a spreadsheet had taken their leading zeros are meant. */
  keepMangledSkus: boolean
}

export async function applyLines(
  target: ImportTarget,
  lines: readonly ImportedLine[],
  { settled, waiting, keepMangledSkus }: PlanOptions,
): Promise<Planned> {
  const keys = keysIn(lines)
  const known = new KnownRows(await target.find(keys))
  const shortened = keepMangledSkus ? new Map() : await findShortened(keys.skus, known, target.find)
  const plan = new Plan(target, { known, waiting, shortened })
  for (const line of lines) await plan.add(line)
  if (settled) await plan.settle()
  await plan.write()
  return plan
}

interface PlanParts {
  known: KnownRows
  waiting: readonly ImportedLine[]
  /** SKUs of the lines that no product has, but for leading zeros; and those that products have. */
  shortened: ReadonlyMap<string, string>
}

class Plan implements Planned {
  readonly tally = emptyTally()
  setAside: ImportedLine[] = []
  readonly #target: ImportTarget
  readonly #known: KnownRows
  /** Ids of products that a line set aside changes: what else is asked of them waits as well, in order. */
  readonly #waiting: Set<number>
  /** So many more lines may be set aside. */
  readonly #room: number
  readonly #fresh: NewRow[] = []
  readonly #freshKeys = new Set<UniqueKey>()
  readonly #changes: PlannedChange[] = []
  /** What the pending changes set free: its next owner is written after them. */
  readonly #released = new Set<UniqueKey>()
  readonly #shortened: ReadonlyMap<string, string>

  constructor(target: ImportTarget, { known, waiting, shortened }: PlanParts) {
    this.#target = target
    this.#known = known
    this.#shortened = shortened
    this.#room = MAX_SET_ASIDE - waiting.length
    this.#waiting = new Set(waiting.flatMap((line) => known.of(line)?.id ?? []))
  }

  async add(line: ImportedLine): Promise<void> {
    try {
      if (!(await this.#apply(line))) this.#wait(line)
    } catch (error) {
      this.#reject(line, error)
    }
  }

  /**
   * Applies what waits as far as it goes, each line after those that it waits for, one round after the other; then
   * refuses what waits for nothing that is to come; then breaks circles.
   */
  async settle(): Promise<void> {
    for (;;) {
      const before = this.#inOrder()
      this.setAside = []
      this.#waiting.clear()
      for (const line of before) {
        await nextTurn()
        await this.add(line)
      }
      if (this.setAside.length === 0) return
      if (this.setAside.length < before.length) continue
      if (!this.#refuseHopeless() && !(await this.#breakCircles())) this.#refuse(this.setAside.slice(0, 1))
    }
  }

  async write(): Promise<void> {
    await this.#target.changeAll(this.#changes.splice(0))
    this.#freshKeys.clear()
    this.#released.clear()
    for (const row of await this.#target.createAll(this.#fresh.splice(0))) this.#known.keep(row)
  }

  /** @returns whether it could be done now */
  async #apply(line: ImportedLine): Promise<boolean> {
    const { fields } = line
    this.#refuseShortened(fields.sku)
    // The same product may come twice in one file: the later line then changes what the earlier one makes.
    if (keysOf(fields).some((key) => this.#freshKeys.has(key))) await this.write()
    const before = this.#productOf(line)
    if (!before) return await this.#create(line)
    if (this.#waiting.has(before.id)) return false
    const after = changed(this.#target, before, line)
    const takes = keysOf(after).filter((key) => !keysOf(before).includes(key))
    if (takes.some((key) => this.#known.ownerOf(key) !== undefined)) return false
    this.tally[after === before ? 'unchanged' : 'updated'] += 1
    if (after !== before) await this.#change({ before, after, reason: 'import' }, takes)
    return true
  }

  /** @throws ProblemError `PRODUCT_NOT_FOUND` for an id of no product */
  #productOf(line: ImportedLine): ProductRow | undefined {
    const row = this.#known.of(line)
    if (!row && line.id !== undefined)
      throw new ProblemError(
        'PRODUCT_NOT_FOUND',
        `No product has the id ${line.id}. To find the products of another catalogue by SKU, leave ids out: ignore_id.`,
      )
    return row
  }

  #refuseShortened(sku: string | null | undefined): void {
    const whole = typeof sku === 'string' ? this.#shortened.get(sku) : undefined
    if (whole !== undefined)
      throw new ProblemError(
        'INVALID_INPUT',
        `/sku: "${sku}" is "${whole}" without its leading zeros: format the column as text and export again`,
      )
  }

  /** @returns whether it could be done now */
  async #create(line: ImportedLine): Promise<boolean> {
    const row = newRow(line)
    const keys = keysOf(row)
    if (keys.some((key) => this.#known.ownerOf(key) !== undefined)) return false
    if (keys.some((key) => this.#released.has(key))) await this.write()
    this.#fresh.push(row)
    for (const key of keys) this.#freshKeys.add(key)
    this.tally.created += 1
    return true
  }

  async #change(change: PlannedChange, takes: readonly UniqueKey[]): Promise<void> {
    if (takes.some((key) => this.#released.has(key))) await this.write()
    const { before, after } = change
    for (const key of keysOf(before)) if (!keysOf(after).includes(key)) this.#released.add(key)
    this.#changes.push(change)
    this.#known.keep(after)
  }

  #wait(line: ImportedLine): void {
    const row = this.#productOf(line)
    if (this.setAside.length >= this.#room) return this.#reject(line, tooManyWait())
    if (row) this.#waiting.add(row.id)
    this.setAside.push(line)
  }

  #reject({ line }: ImportedLine, error: unknown): void {
    if (!(error instanceof ProblemError || error instanceof VersionMismatch)) throw error
    const code = error instanceof ProblemError ? error.code : 'VERSION_MISMATCH'
    this.tally.rejected.push({ line, code, detail: error.message })
  }

  /** Products that pass what is unique on in a circle: the first one goes without while the others take theirs. */
  async #breakCircles(): Promise<boolean> {
    const first = new Map([...this.#linesByProduct()].map(([id, [line]]) => [id, line] as const))
    const seen = new Set<number>()
    let broken = false
    for (const start of first.keys()) {
      await nextTurn()
      const circle = circleFrom(start, seen, (id) => this.#ownerOfTarget(first.get(id)))
      if (await this.#breakCircle(circle.flatMap((id) => first.get(id) ?? []))) broken = true
    }
    return broken
  }

  async #breakCircle(lines: readonly ImportedLine[]): Promise<boolean> {
    const before = lines[0] && this.#productOf(lines[0])
    if (!before || !lines.every((line) => this.#isAllowed(line))) return false
    const freed = freedFor(lines.at(-1)?.fields ?? {}, before)
    // It must get others itself: what a line does not name, its product keeps.
    if (Object.keys(freed).some((field) => lines[0]?.fields[field as keyof Unique] === undefined))
      return false
    await this.#change(
      { before, after: this.#target.after(before, freed as Partial<NewRow>), reason: 'import' },
      [],
    )
    const circle = new Set(lines)
    this.setAside = this.setAside.filter((line) => !circle.has(line))
    this.#waiting.clear()
    // The last one wants what the first had, the one before it what the last had, and so on.
    for (const line of lines.toReversed()) await this.add({ ...line, version: undefined })
    return true
  }

  /** Of each product that waits, in order. */
  #linesByProduct(): Map<number, ImportedLine[]> {
    const byProduct = new Map<number, ImportedLine[]>()
    for (const line of this.setAside) {
      const id = this.#productOf(line)?.id
      if (id === undefined) continue
      const own = byProduct.get(id)
      if (own) own.push(line)
      else byProduct.set(id, [line])
    }
    return byProduct
  }

  /** What was set aside: behind the line before it of its own product, and behind those of products that have what it wants. */
  #inOrder(): ImportedLine[] {
    const byProduct = this.#linesByProduct()
    const previous = new Map<ImportedLine, ImportedLine | undefined>()
    for (const lines of byProduct.values())
      for (const [at, line] of lines.entries()) previous.set(line, lines[at - 1])
    const last = ({ owner }: { owner: ProductRow }) => byProduct.get(owner.id)?.at(-1)
    return afterWhatTheyNeed(this.setAside, (line) => [
      previous.get(line),
      ...this.#takenKeys(line).map(last),
    ])
  }

  #isAllowed(line: ImportedLine): boolean {
    const row = this.#productOf(line)
    try {
      if (row) changed(this.#target, row, line)
      return row !== undefined
    } catch {
      return false
    }
  }

  #ownerOfTarget(line: ImportedLine | undefined): number | undefined {
    return line && this.#takenKeys(line)[0]?.owner.id
  }

  /** What the line asks for and another product has. */
  #takenKeys(line: ImportedLine): { key: UniqueKey; owner: ProductRow }[] {
    const own = this.#productOf(line)?.id
    return keysOf(line.fields).flatMap((key) => {
      const owner = this.#known.ownerOf(key)
      return owner && owner.id !== own ? { key, owner } : []
    })
  }

  /** First lines whose SKU or GTIN will not become free: the product that has it waits for nothing. @returns whether there were any */
  #refuseHopeless(): boolean {
    const byProduct = this.#linesByProduct()
    const left = new Map([...byProduct].map(([id, { length }]) => [id, length] as const))
    const refused = this.#inOrder().filter((line) => {
      const own = this.#productOf(line)?.id
      if (own !== undefined && byProduct.get(own)?.[0] !== line) return false
      if ((left.get(this.#ownerOfTarget(line) ?? Number.NaN) ?? 0) > 0) return false
      if (own !== undefined) left.set(own, (left.get(own) ?? 1) - 1)
      return true
    })
    this.#refuse(refused)
    return refused.length > 0
  }

  #refuse(refused: readonly ImportedLine[]): void {
    const gone = new Set(refused)
    this.setAside = this.setAside.filter((line) => !gone.has(line))
    for (const line of refused) this.#reject(line, keyTaken(this.#takenKeys(line)[0]?.key ?? '', line.fields))
  }
}

function tooManyWait(): ProblemError {
  return new ProblemError(
    'SKU_TAKEN',
    `Another product has its SKU or GTIN, and ${MAX_SET_ASIDE} lines wait for theirs already: import it afterwards.`,
  )
}

/** Those fields of the row that stand in the way of what is asked for. */
function freedFor(wanted: Partial<NewRow>, row: ProductRow): Unique {
  const inTheWay = UNIQUE_FIELDS.filter((field) => row[field] !== null && wanted[field] === row[field])
  return Object.fromEntries(inTheWay.map((field) => [field, null]))
}

/** A stale version is no conflict when the product already is as the line asks. */
function changed(target: ImportTarget, row: ProductRow, line: ImportedLine): ProductRow {
  const { fields, version, stockDelta } = line
  const stockLevel = stockDelta === undefined ? undefined : row.stockLevel + stockDelta
  if (stockLevel !== undefined && (stockLevel < 0 || stockLevel > MAX_STOCK_LEVEL))
    throw stockRefusal(row, stockDelta ?? 0)
  const after = target.after(row, { ...fields, ...(stockLevel !== undefined && { stockLevel }) })
  if (after !== row && version !== undefined && version !== row.version) throw new VersionMismatch(row)
  return after
}

function newRow({ fields, stockDelta = 0 }: ImportedLine): NewRow {
  const { sku = null, name, priceMinor, stockLevel = stockDelta, ...others } = fields
  if (name === undefined || priceMinor === undefined)
    throw new ProblemError('INVALID_INPUT', 'A new product needs a name and a price.')
  if (stockLevel < 0) throw new ProblemError('INVALID_INPUT', 'A new product has no stock to take from.')
  return { ...others, sku, name, priceMinor, stockLevel }
}
