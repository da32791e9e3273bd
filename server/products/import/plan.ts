/**
 * What lines do to products, in order and by one set of rules for the import and for its dry run. A line whose SKU
 * or GTIN another product still has is set aside: products that swap them, or pass them on, may stand in any order.
 */
import type { ProductRow } from '#db/schema.postgres.ts'
import { ProblemError } from '#server/errors.ts'
import type { NewRow } from '#server/products/new-row.ts'
import type { PlannedChange } from '#server/products/planned-change.ts'
import { stockRefusal, VersionMismatch } from '#server/products/refusals.ts'
import { MAX_STOCK_LEVEL } from '#server/products/schema.ts'
import type { ImportSummary } from '#server/products/file-schema.ts'
import { keysOf, type UniqueKey } from '#server/products/unique-keys.ts'
import { keysIn, KnownRows, type FindRows } from './known-rows.ts'
import type { ImportedLine } from './line.ts'
import { findShortened } from './shortened-skus.ts'
import { settle, type Unsettled } from './settle.ts'

/** Where lines take effect: a transaction, or the picture of one that a dry run keeps. */
export interface ImportTarget {
  /** Every product with one of these, locked. */
  find: FindRows
  after: (row: ProductRow, change: Partial<NewRow>) => ProductRow
  changeAll: (changes: readonly PlannedChange[]) => Promise<unknown>
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
  if (settled) await settle(plan)
  await plan.write()
  return plan
}

interface PlanParts {
  known: KnownRows
  waiting: readonly ImportedLine[]
  /** SKUs of the lines that no product has, but for leading zeros; and those that products have. */
  shortened: ReadonlyMap<string, string>
}

class Plan implements Planned, Unsettled {
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
      this.reject(line, error)
    }
  }

  takeWaiting(): ImportedLine[] {
    const taken = this.setAside
    this.setAside = []
    this.#waiting.clear()
    return taken
  }

  async free(before: ProductRow, freed: Partial<NewRow>): Promise<void> {
    const after = this.#target.after(before, freed)
    await this.#change({ before, after, reason: 'import' }, [])
    this.#waiting.clear()
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
    const before = this.productOf(line)
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
  productOf(line: ImportedLine): ProductRow | undefined {
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
    const row = this.productOf(line)
    if (this.setAside.length >= this.#room) return this.reject(line, tooManyWait())
    if (row) this.#waiting.add(row.id)
    this.setAside.push(line)
  }

  reject({ line }: ImportedLine, error: unknown): void {
    if (!(error instanceof ProblemError || error instanceof VersionMismatch)) throw error
    const code = error instanceof ProblemError ? error.code : 'VERSION_MISMATCH'
    this.tally.rejected.push({ line, code, detail: error.message })
  }

  isAllowed(line: ImportedLine): boolean {
    const row = this.productOf(line)
    try {
      if (row) changed(this.#target, row, line)
      return row !== undefined
    } catch {
      return false
    }
  }

  /** What the line asks for and another product has. */
  takenKeys(line: ImportedLine): { key: UniqueKey; owner: ProductRow }[] {
    const own = this.productOf(line)?.id
    return keysOf(line.fields).flatMap((key) => {
      const owner = this.#known.ownerOf(key)
      return owner && owner.id !== own ? { key, owner } : []
    })
  }
}

function tooManyWait(): ProblemError {
  return new ProblemError(
    'SKU_TAKEN',
    `Another product has its SKU or GTIN, and ${MAX_SET_ASIDE} lines wait for theirs already: import it afterwards.`,
  )
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
