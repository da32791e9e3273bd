/**
 * What lines do to products, in order and by one set of rules for the import and for its dry run. A line whose SKU
 * another product still has is set aside: products that swap their SKUs, or pass them on, may stand in any order.
 */
import type { ProductRow } from '#db/schema.postgres.ts'
import { ProblemError } from '#server/errors.ts'
import { type NewRow, type PlannedChange } from '#server/products/writes.ts'
import { skuTaken, stockRefusal, VersionMismatch } from '#server/products/refusals.ts'
import { MAX_STOCK_LEVEL } from '#server/products/schema.ts'
import type { ImportSummary } from '#server/products/file-schema.ts'
import { KnownRows } from './known-rows.ts'
import type { ImportedLine } from './line.ts'

/** Where lines take effect: a transaction, or the picture of one that a dry run keeps. */
export interface ImportTarget {
  /** Every product with one of the ids or SKUs, locked. */
  find: (keys: { ids: number[]; skus: string[] }) => Promise<ProductRow[]>
  after: (row: ProductRow, change: Partial<NewRow>) => ProductRow
  changeAll: (changes: readonly PlannedChange[]) => Promise<void>
  createAll: (rows: readonly NewRow[]) => Promise<ProductRow[]>
}

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
  const known = new KnownRows(await target.find(keysOf(lines)))
  const shortened = keepMangledSkus ? new Map() : await findShortened(target, { lines, known })
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
  readonly #fresh = new Map<string, NewRow>()
  readonly #unnamed: NewRow[] = []
  readonly #changes: PlannedChange[] = []
  /** SKUs that the pending changes set free: their next owner is written after them. */
  readonly #released = new Set<string>()

  readonly #shortened: ReadonlyMap<string, string>

  constructor(target: ImportTarget, { known, waiting, shortened }: PlanParts) {
    this.#target = target
    this.#known = known
    this.#shortened = shortened
    this.#waiting = new Set(waiting.flatMap(({ id }) => id ?? []))
  }

  async add(line: ImportedLine): Promise<void> {
    try {
      if (!(await this.#apply(line))) this.#wait(line)
    } catch (error) {
      this.#reject(line, error)
    }
  }

  /** Applies what waits as far as it goes, one round after the other; then a circle at a time; then refuses the rest. */
  async settle(): Promise<void> {
    for (;;) {
      const before = this.setAside
      this.setAside = []
      this.#waiting.clear()
      for (const line of before) await this.add(line)
      if (this.setAside.length === 0) return
      if (this.setAside.length < before.length) continue
      if (!(await this.#breakCircle())) this.#refuseOne()
    }
  }

  async write(): Promise<void> {
    await this.#target.changeAll(this.#changes.splice(0))
    const rows = [...this.#fresh.values(), ...this.#unnamed.splice(0)]
    this.#fresh.clear()
    this.#released.clear()
    for (const row of await this.#target.createAll(rows)) this.#known.keep(row)
  }

  /** @returns whether it could be done now */
  async #apply(line: ImportedLine): Promise<boolean> {
    const { fields } = line
    this.#refuseShortened(fields.sku)
    // The same product may come twice in one file: the later line then changes what the earlier one makes.
    if (typeof fields.sku === 'string' && this.#fresh.has(fields.sku)) await this.write()
    const before = this.#productOf(line)
    if (!before) {
      await this.#create(line)
      return true
    }
    if (this.#waiting.has(before.id)) return false
    const after = changed(this.#target, before, line)
    const takes = after.sku === before.sku ? null : after.sku
    if (takes !== null && this.#known.ownerOf(takes) !== undefined) return false
    this.tally[after === before ? 'unchanged' : 'updated'] += 1
    if (after !== before) await this.#change({ before, after, reason: 'import' }, takes)
    return true
  }

  /** @throws ProblemError `PRODUCT_NOT_FOUND` for an id of no product */
  #productOf({ id, fields: { sku } }: ImportedLine): ProductRow | undefined {
    if (id === undefined) return typeof sku === 'string' ? this.#known.ownerOf(sku) : undefined
    const row = this.#known.byId(id)
    if (!row)
      throw new ProblemError(
        'PRODUCT_NOT_FOUND',
        `No product has the id ${id}. To find the products of another catalogue by SKU, leave ids out: ignore_id.`,
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

  async #create(line: ImportedLine): Promise<void> {
    const row = newRow(line)
    if (row.sku !== null && this.#released.has(row.sku)) await this.write()
    if (row.sku === null) this.#unnamed.push(row)
    else this.#fresh.set(row.sku, row)
    this.tally.created += 1
  }

  async #change(change: PlannedChange, takes: string | null): Promise<void> {
    if (takes !== null && this.#released.has(takes)) await this.write()
    const { before, after } = change
    if (before.sku !== null && before.sku !== after.sku) this.#released.add(before.sku)
    this.#changes.push(change)
    this.#known.keep(after)
  }

  #wait(line: ImportedLine): void {
    const row = this.#productOf(line)
    if (row) this.#waiting.add(row.id)
    this.setAside.push(line)
  }

  #reject({ line }: ImportedLine, error: unknown): void {
    if (!(error instanceof ProblemError || error instanceof VersionMismatch)) throw error
    const code = error instanceof ProblemError ? error.code : 'VERSION_MISMATCH'
    this.tally.rejected.push({ line, code, detail: error.message })
  }

  /** Products that pass their SKUs on in a circle: the first one goes without while the others take theirs. */
  async #breakCircle(): Promise<boolean> {
    const first = this.#firstLines()
    for (const start of first.keys()) {
      const circle = circleFrom(start, (id) => this.#ownerOfTarget(first.get(id)))
      const lines = circle.flatMap((id) => first.get(id) ?? [])
      if (circle.length === 0 || !lines.every((line) => this.#isAllowed(line))) continue
      const before = this.#known.byId(start)
      if (!before) continue
      await this.#change({ before, after: this.#target.after(before, { sku: null }), reason: 'import' }, null)
      this.setAside = this.setAside.filter((line) => !lines.includes(line))
      this.#waiting.clear()
      // The last one wants what the first had, the one before it what the last had, and so on.
      for (const line of lines.toReversed()) await this.add({ ...line, version: undefined })
      return true
    }
    return false
  }

  /** Of each product that waits. */
  #firstLines(): Map<number, ImportedLine> {
    const first = new Map<number, ImportedLine>()
    for (const line of this.setAside) {
      const row = this.#productOf(line)
      if (row && !first.has(row.id)) first.set(row.id, line)
    }
    return first
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
    const sku = line?.fields.sku
    return typeof sku === 'string' ? this.#known.ownerOf(sku)?.id : undefined
  }

  /** A line whose SKU will not become free: the product that has it waits for nothing. */
  #refuseOne(): void {
    const first = this.#firstLines()
    const refused =
      this.setAside.find((line) => !first.has(this.#ownerOfTarget(line) ?? Number.NaN)) ?? this.setAside[0]
    if (!refused) return
    this.setAside = this.setAside.filter((line) => line !== refused)
    this.#reject(refused, skuTaken(refused.fields.sku))
  }
}

/** The products of a circle, each followed by the one whose SKU it wants; empty when it is none. */
function circleFrom(start: number, next: (id: number) => number | undefined): number[] {
  const circle = [start]
  for (let id = next(start); id !== start; id = next(id)) {
    if (id === undefined || circle.includes(id)) return []
    circle.push(id)
  }
  return circle
}

/** As many zeros as a GTIN in a longer form may have. */
const MAX_LOST_ZEROS = 6

async function findShortened(
  target: ImportTarget,
  { lines, known }: { lines: readonly ImportedLine[]; known: KnownRows },
): Promise<Map<string, string>> {
  const unknown = keysOf(lines).skus.filter((sku) => /^[1-9]\d*$/.test(sku) && !known.ownerOf(sku))
  if (unknown.length === 0) return new Map()
  const longer = unknown.flatMap((sku) =>
    Array.from({ length: MAX_LOST_ZEROS }, (_, zeros) => `${'0'.repeat(zeros + 1)}${sku}`),
  )
  const skus = (await target.find({ ids: [], skus: longer })).flatMap(({ sku }) => sku ?? [])
  return new Map(skus.map((sku) => [sku.replace(/^0+/, ''), sku]))
}

function keysOf(lines: readonly ImportedLine[]) {
  return {
    ids: lines.flatMap(({ id }) => id ?? []),
    skus: lines.flatMap(({ fields: { sku } }) => sku ?? []),
  }
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
  const { sku = null, name, priceMinor, stockLevel = stockDelta } = fields
  if (name === undefined || priceMinor === undefined)
    throw new ProblemError('INVALID_INPUT', 'A new product needs a name and a price.')
  if (stockLevel < 0) throw new ProblemError('INVALID_INPUT', 'A new product has no stock to take from.')
  return { sku, name, priceMinor, stockLevel }
}
