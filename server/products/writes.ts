/** What is written of products, and the ledger's entry with it: always within the caller's transaction. */
import { and, eq, gte, inArray, lte, or, sql, type SQL } from 'drizzle-orm'
import type { Database, Queries } from '#db/database.ts'
import type { ProductRow, StockAdjustmentRow } from '#db/schema.postgres.ts'
import { wordsOf } from '#db/search/words.ts'
import { invalidInput, ProblemError } from '#server/errors.ts'
import { productColumns } from './pages.ts'
import { MAX_STOCK_LEVEL, type AdjustmentReason } from './schema.ts'

export type NewRow = Pick<ProductRow, 'sku' | 'name' | 'priceMinor' | 'stockLevel'>

/** Only these versions may be changed; without it, any. */
export type ExpectedVersions = readonly number[] | undefined

/** Who writes, and when. */
export interface Author {
  actor: string
  /** Milliseconds since the epoch. */
  now: number
}

export interface Adjustment {
  id: number
  delta: number
  reason: AdjustmentReason
  reference: string | null
  expectedStockLevel: number | undefined
}

/** Refusals that carry rows: operations turn them into problems with products. */
export class VersionMismatch extends Error {
  readonly current: ProductRow
  constructor(current: ProductRow) {
    super(`The product has version ${current.version} now.`)
    this.current = current
  }
}

export class StockLevelChanged extends Error {
  readonly current: ProductRow
  constructor(current: ProductRow) {
    super(`The stock level is ${current.stockLevel} now.`)
    this.current = current
  }
}

export function productNotFound(id: number): ProblemError {
  return new ProblemError('PRODUCT_NOT_FOUND', `No product has the id ${id}.`)
}

/** Whether the change would make another product of it. */
export function differs(row: ProductRow, change: Partial<NewRow>): boolean {
  const fields = Object.entries(change) as [keyof NewRow, NewRow[keyof NewRow]][]
  return fields.some(([field, value]) => value !== row[field])
}

export class ProductWrites {
  readonly #db: Database
  readonly #tx: Queries
  readonly #author: Author

  constructor(db: Database, tx: Queries, author: Author) {
    this.#db = db
    this.#tx = tx
    this.#author = author
  }

  /** The row, which nobody else changes until the transaction ends. @throws ProblemError, VersionMismatch */
  async lock(id: number, expected?: ExpectedVersions): Promise<ProductRow> {
    const { products } = this.#db.tables
    const query = this.#tx.select(productColumns(this.#db)).from(products).where(eq(products.id, id))
    const [row] = await this.#db.forUpdate(query)
    if (!row) throw productNotFound(id)
    if (expected && !expected.includes(row.version)) throw new VersionMismatch(row)
    return row
  }

  async lockByIdOrSku({
    ids,
    skus,
  }: {
    ids: readonly number[]
    skus: readonly string[]
  }): Promise<ProductRow[]> {
    const { products } = this.#db.tables
    return await this.#lockWhere(or(inArray(products.id, [...ids]), inArray(products.sku, [...skus])))
  }

  async lockByIds(ids: readonly number[]): Promise<ProductRow[]> {
    return await this.#lockWhere(inArray(this.#db.tables.products.id, [...ids]))
  }

  async #lockWhere(condition: SQL | undefined): Promise<ProductRow[]> {
    const { products } = this.#db.tables
    const query = this.#tx.select(productColumns(this.#db)).from(products).where(condition)
    // In the order of ids, as every writer of several rows locks them: so that two cannot wait for each other.
    return await this.#db.forUpdate(query.orderBy(products.id))
  }

  async insert(row: NewRow, reason: 'initial' | 'import'): Promise<ProductRow> {
    const { now } = this.#author
    const values = { ...row, words: wordsOf(row.name).join(' '), version: 1, createdAt: now, updatedAt: now }
    const [created] = await this.#tx
      .insert(this.#db.tables.products)
      .values(values)
      .returning(productColumns(this.#db))
    if (!created) throw new Error('An insert returned no row.')
    await this.#enter(created, { delta: created.stockLevel, reason })
    return created
  }

  /** @param row as locked in this transaction. Gives it back as it is when it is as asked for already. */
  async change(
    row: ProductRow,
    change: Partial<NewRow>,
    reason: 'set' | 'import' | AdjustmentReason,
  ): Promise<ProductRow> {
    if (!differs(row, change)) return row
    const { products } = this.#db.tables
    const [changed] = await this.#tx
      .update(products)
      .set({
        ...change,
        ...(change.name !== undefined && { words: wordsOf(change.name).join(' ') }),
        version: row.version + 1,
        updatedAt: Math.max(this.#author.now, row.updatedAt),
      })
      .where(eq(products.id, row.id))
      .returning(productColumns(this.#db))
    if (!changed) throw new Error('An update returned no row.')
    const delta = changed.stockLevel - row.stockLevel
    if (delta !== 0) await this.#enter(changed, { delta, reason })
    return changed
  }

  /** One guarded statement: nothing is read first, so that a stock never goes below zero, whoever else sells. */
  async adjust({ id, delta, reason, reference, expectedStockLevel }: Adjustment) {
    const { products } = this.#db.tables
    const level = sql`${products.stockLevel} + ${delta}`
    const [product] = await this.#tx
      .update(products)
      .set({ stockLevel: level, version: sql`${products.version} + 1`, updatedAt: this.#author.now })
      .where(
        and(
          eq(products.id, id),
          gte(level, 0),
          lte(level, MAX_STOCK_LEVEL),
          expectedStockLevel === undefined ? undefined : eq(products.stockLevel, expectedStockLevel),
        ),
      )
      .returning(productColumns(this.#db))
    if (!product) throw refusal(await this.lock(id), delta, expectedStockLevel)
    return { product, adjustment: await this.#enter(product, { delta, reason, reference }) }
  }

  async remove(id: number): Promise<void> {
    const { products } = this.#db.tables
    await this.#tx.delete(products).where(eq(products.id, id))
  }

  async #enter(
    { id, stockLevel }: ProductRow,
    entry: { delta: number; reason: StockAdjustmentRow['reason']; reference?: string | null },
  ): Promise<StockAdjustmentRow> {
    const { actor, now } = this.#author
    const [adjustment] = await this.#tx
      .insert(this.#db.tables.stockAdjustments)
      .values({ ...entry, productId: id, stockLevelAfter: stockLevel, actor, createdAt: now })
      .returning()
    if (!adjustment) throw new Error('An insert returned no row.')
    return adjustment
  }
}

/** Why the guarded statement touched no row; by now the row is locked, so this is why. */
function refusal(row: ProductRow, delta: number, expectedStockLevel: number | undefined): Error {
  const changed = expectedStockLevel !== undefined && row.stockLevel !== expectedStockLevel
  return changed ? new StockLevelChanged(row) : stockRefusal(row, delta)
}

/** Of a delta that leads out of bounds. */
export function stockRefusal(row: ProductRow, delta: number): ProblemError {
  if (delta > 0)
    return invalidInput([{ pointer: '/delta', detail: `the stock would exceed ${MAX_STOCK_LEVEL}` }])
  const [available, requested] = [row.stockLevel, -delta]
  return new ProblemError('INSUFFICIENT_STOCK', `${available} in stock, ${requested} asked for.`, {
    available,
    requested,
  })
}
