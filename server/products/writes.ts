/** What is written of products, and the ledger's entry with it: always within the caller's transaction. */
import { eq, getTableColumns, inArray, or, sql, type SQL } from 'drizzle-orm'
import { insertMany, lockSoon, updateGiven, updateMany } from '#db/bulk.ts'
import type { Database, Queries } from '#db/database.ts'
import type { ProductRow, StockAdjustmentRow } from '#db/schema.postgres.ts'
import { searchColumns } from '#db/search/columns.ts'
import { forgetChanges, recordChanges, type RecordedChange } from './import/record.ts'
import { NO_OPTIONAL_FIELDS, type NewRow } from './new-row.ts'
import { changedRow, rounds, updatesOf, type ChangeReason, type PlannedChange } from './planned-change.ts'
import { keyConditions, productColumns, type ProductKeys } from './pages.ts'
import {
  productNotFound,
  StockLevelChanged,
  stockRefusal,
  VersionMismatch,
  type ProductKey,
} from './refusals.ts'
import { MAX_STOCK_LEVEL, type AdjustmentReason } from './schema.ts'

/** Only these versions may be changed; without it, any. */
export type ExpectedVersions = readonly number[] | undefined

/** The actor and the time of a write. */
export interface WriteContext {
  actor: string
  /** Milliseconds since the epoch. */
  now: number
  /** The import that these writes are part of, or undo. */
  import?: { id: number; undoing: boolean } | undefined
}

export interface Adjustment {
  key: ProductKey
  delta: number
  reason: AdjustmentReason
  reference: string | null
  expectedStockLevel: number | undefined
}

export class ProductWrites {
  readonly #within: { db: Database; tx: Queries }
  readonly #author: WriteContext

  constructor(within: { db: Database; tx: Queries }, author: WriteContext) {
    this.#within = within
    this.#author = author
  }

  /** The row, locked until the transaction ends. @throws ProblemError, VersionMismatch */
  async lock(key: ProductKey, expected?: ExpectedVersions): Promise<ProductRow> {
    const [row] = await this.#within.db.forUpdate(this.#byKey(key))
    if (!row) throw productNotFound(key)
    if (expected && !expected.includes(row.version)) throw new VersionMismatch(row)
    return row
  }

  async #read(key: ProductKey): Promise<ProductRow> {
    const [row] = await this.#byKey(key)
    if (!row) throw productNotFound(key)
    return row
  }

  #byKey(key: ProductKey) {
    const { tx, db } = this.#within
    return tx.select(productColumns(db)).from(db.tables.products).where(this.#isKey(key))
  }

  #isKey(key: ProductKey): SQL {
    const { products } = this.#within.db.tables
    return 'id' in key ? eq(products.id, key.id) : eq(products.sku, key.sku)
  }

  /** Every product with one of these. */
  async lockByKeys(keys: ProductKeys): Promise<ProductRow[]> {
    return await this.#lockWhere(or(...keyConditions(this.#within.db, keys)))
  }

  /** Those with these ids or SKUs, locked. @throws when another transaction does not let go of one */
  async lockSoon(by: 'id' | 'sku', values: readonly (string | number)[]): Promise<ProductRow[]> {
    const { db } = this.#within
    const returning = fieldNames(productColumns(db))
    return await lockSoon(this.#within, { table: db.tables.products, by, values, returning })
  }

  async #lockWhere(condition: SQL | undefined): Promise<ProductRow[]> {
    const { products } = this.#within.db.tables
    const query = this.#within.tx.select(productColumns(this.#within.db)).from(products).where(condition)
    // In the order of ids, as every writer of several rows locks them: so that two cannot wait for each other.
    return await this.#within.db.forUpdate(query.orderBy(products.id))
  }

  async create(row: NewRow): Promise<ProductRow> {
    const [created] = await this.createAll([row], 'initial')
    if (!created) throw new Error('An insert returned no row.')
    return created
  }

  /** @returns them in no particular order */
  async createAll(rows: readonly NewRow[], reason: 'initial' | 'import'): Promise<ProductRow[]> {
    const { now } = this.#author
    const { products } = this.#within.db.tables
    const created = await insertMany(this.#within, {
      into: products,
      rows: rows.map((row) => ({
        ...NO_OPTIONAL_FIELDS,
        ...row,
        ...searchColumns(row),
        version: 1,
        createdAt: now,
        updatedAt: now,
      })),
      returning: fieldNames(productColumns(this.#within.db)),
    })
    await this.#appendLedger(created.map((row) => ({ row, delta: row.stockLevel, reason })))
    await this.#noteImport(created.map((after) => ({ after })))
    return created
  }

  /** @param row as locked in this transaction. Gives it back as it is when it is as asked for already. */
  async change(row: ProductRow, change: Partial<NewRow>, reason: ChangeReason): Promise<ProductRow> {
    const after = this.after(row, change)
    if (after !== row) await this.changeAll([{ before: row, after, reason }])
    return after
  }

  /** What a change will make of the row; the row itself when it is as asked for already. */
  after(row: ProductRow, change: Partial<NewRow>): ProductRow {
    return changedRow(row, change, this.#author.now)
  }

  /**
   * In order, for each product; of rows as locked in this transaction.
   * @returns the ledger's entries: of each change that was one of the stock
   */
  async changeAll(changes: readonly PlannedChange[]): Promise<Map<PlannedChange, StockAdjustmentRow>> {
    const entries = new Map<PlannedChange, StockAdjustmentRow>()
    for (const round of rounds(changes)) {
      const restocked = round.filter(({ before, after }) => before.stockLevel !== after.stockLevel)
      const entriesOf = restocked.map(({ before, after, ...entry }) => ({
        ...entry,
        row: after,
        delta: after.stockLevel - before.stockLevel,
      }))
      // Sent together: neither needs the other's answer.
      const [, appended] = await Promise.all([
        updateMany(this.#within, { table: this.#within.db.tables.products, rows: updatesOf(round) }),
        this.#appendLedger(entriesOf),
      ])
      await this.#signPrices(round)
      // Of each product there is one in a round.
      const byProduct = new Map(appended.map((entry) => [entry.productId, entry]))
      for (const change of restocked) {
        const entry = byProduct.get(change.after.id)
        if (entry) entries.set(change, entry)
      }
    }
    await this.#noteImport(changes)
    return entries
  }

  /** The trigger has recorded them; it does not know the author. */
  async #signPrices(changes: readonly PlannedChange[]): Promise<void> {
    const repriced = changes.filter(({ before, after }) => before.priceMinor !== after.priceMinor)
    await insertMany(this.#within, {
      into: this.#within.db.tables.priceChanges,
      rows: repriced.map(({ before, after }) => ({
        productId: after.id,
        version: after.version,
        beforeMinor: before.priceMinor,
        afterMinor: after.priceMinor,
        at: after.updatedAt,
        actor: this.#author.actor,
        reference: this.#importReference() ?? null,
      })),
      onConflict:
        '(product_id, version) do update set actor = excluded.actor, reference = excluded.reference',
    })
  }

  #importReference(): string | undefined {
    const { import: part } = this.#author
    return part && `${part.undoing ? 'undo of import' : 'import'} ${part.id}`
  }

  async adjust(adjustment: Adjustment) {
    const { key, delta, reason, reference } = adjustment
    let product = await this.#addToStock(adjustment)
    if (!product) {
      // Not locked for this: a thousand refusals need not wait for each other.
      const refusal =
        refusalOf(await this.#read(key), adjustment) ??
        // Why it was refused is no longer true; of a locked row it stays as it is.
        refusalOf(await this.lock(key), adjustment)
      if (refusal) throw refusal
      product = await this.#addToStock(adjustment)
    }
    const [entry] = product ? await this.#appendLedger([{ row: product, delta, reason, reference }]) : []
    if (!product || !entry) throw new Error('A locked product could not be changed.')
    return { product, adjustment: entry }
  }

  /** One guarded statement: nothing is read first, so that concurrent sales never take a stock below zero. */
  async #addToStock({ key, delta, expectedStockLevel }: Adjustment): Promise<ProductRow | undefined> {
    const { db } = this.#within
    const { products } = db.tables
    const { stockLevel, version, updatedAt } = products
    const level = sql`${stockLevel} + given.delta`
    const by = 'id' in key ? 'id' : 'sku'
    const [product] = await updateGiven(this.#within, {
      name: `stock by ${by}`,
      table: products,
      given: { ...key, delta, now: this.#author.now, expected: expectedStockLevel ?? null },
      set: () => ({
        stockLevel: level,
        version: sql`${version} + 1`,
        updatedAt: sql`case when ${updatedAt} > given.now then ${updatedAt} else given.now end`,
      }),
      where: () => [
        eq(products[by], sql`given.${sql.identifier(by)}`),
        sql`${level} between 0 and ${sql.raw(String(MAX_STOCK_LEVEL))}`,
        sql`coalesce(given.expected, ${stockLevel}) = ${stockLevel}`,
      ],
      returning: fieldNames(productColumns(db)),
    })
    return product
  }

  async remove(ids: readonly number[]): Promise<void> {
    const { products } = this.#within.db.tables
    await this.#within.tx.delete(products).where(inArray(products.id, [...ids]))
    if (this.#author.import) await forgetChanges(this.#within, this.#author.import.id, ids)
  }

  async #noteImport(changes: readonly RecordedChange[]): Promise<void> {
    const { import: part } = this.#author
    if (part?.undoing)
      await forgetChanges(
        this.#within,
        part.id,
        changes.map(({ after }) => after.id),
      )
    else if (part) await recordChanges(this.#within, part.id, changes)
  }

  async #appendLedger(
    entries: readonly {
      row: ProductRow
      delta: number
      reason: string
      reference?: string | null | undefined
      actor?: string | undefined
    }[],
  ): Promise<StockAdjustmentRow[]> {
    const { actor: author, now } = this.#author
    const source = this.#importReference()
    const { stockAdjustments } = this.#within.db.tables
    return await insertMany(this.#within, {
      into: stockAdjustments,
      rows: entries.map(({ row, delta, reason, reference = source ?? null, actor = author }) => ({
        productId: row.id,
        delta,
        stockLevelAfter: row.stockLevel,
        reason,
        reference,
        actor,
        createdAt: now,
      })),
      returning: fieldNames(getTableColumns(stockAdjustments)),
    })
  }
}

/** Why the guarded statement would not touch this row: StockLevelChanged, ProblemError. */
export function refusalOf(row: ProductRow, { delta, expectedStockLevel }: Adjustment): Error | undefined {
  if (expectedStockLevel !== undefined && row.stockLevel !== expectedStockLevel)
    return new StockLevelChanged(row)
  const level = row.stockLevel + delta
  return level < 0 || level > MAX_STOCK_LEVEL ? stockRefusal(row, delta) : undefined
}

function fieldNames<T extends object>(columns: T): (keyof T & string)[] {
  return Object.keys(columns) as (keyof T & string)[]
}
