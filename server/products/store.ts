/** One product at a time: rows in, rows out, money in minor units and time in milliseconds. */
import { and, desc, eq, gt, inArray, lt, max, sql } from 'drizzle-orm'
import type { Database, Queries, Tables } from '#db/database.ts'
import type { ProductRow, StockAdjustmentRow } from '#db/schema.postgres.ts'
import { ProblemError } from '#server/errors.ts'
import type { Clock } from '#server/platform/clock.ts'
import { createChangeSignal, type ChangeSignal } from './change-signal.ts'
import {
  conditions,
  productColumns,
  listRows,
  searchRows,
  type PageRequest,
  type ProductFilter,
  type SearchRequest,
} from './pages.ts'
import type { ImportOptions } from './csv-import.ts'
import type { ImportedLine } from './csv-line.ts'
import { importBatch } from './import-batch.ts'
import type { ImportSummary } from './schema.ts'
import { ProductWrites, type Adjustment, type ExpectedVersions, type NewRow } from './writes.ts'

interface Parts {
  clock: Clock
  /** How a write gets its transaction. */
  begin: Database['withTransaction']
  signal: ChangeSignal
}

export interface ProductStore extends ReturnType<typeof actionsOf> {
  /** The same store, whose writes go into this transaction, for the caller to commit. */
  within(tx: Queries): ProductStore
}

export function createProductStore(db: Database, clock: Clock): ProductStore & Disposable {
  const { changes } = db.tables
  const signal = createChangeSignal(async () => {
    const [newest] = await db.reader.select({ seq: max(changes.seq) }).from(changes)
    return newest?.seq ?? 0
  })
  const begin: Parts['begin'] = async (run) => {
    const result = await db.withTransaction(run)
    signal.poke()
    return result
  }
  return { ...storeOf(db, { clock, begin, signal }), [Symbol.dispose]: () => signal[Symbol.dispose]() }
}

function storeOf(db: Database, parts: Parts): ProductStore {
  return {
    ...actionsOf(db, parts),
    within: (tx) => storeOf(db, { ...parts, begin: (run) => run(tx) }),
  }
}

export type ChangeRow = Tables['changes']['$inferSelect']

function actionsOf(db: Database, { clock, begin, signal }: Parts) {
  const { products, stockAdjustments, changes } = db.tables
  const byId = db.reader
    .select(productColumns(db))
    .from(products)
    .where(eq(products.id, sql.placeholder('id')))
    .prepare('product_by_id')

  const write = <T>(actor: string, run: (writes: ProductWrites) => Promise<T>): Promise<T> =>
    begin((tx) => run(new ProductWrites(db, tx, { actor, now: clock.now() })))

  return {
    get: async (id: number): Promise<ProductRow | undefined> => (await byId.execute({ id }))[0],
    list: (request: PageRequest) => listRows(db, request),
    count: (filter: ProductFilter) => db.reader.$count(products, and(...conditions(db, filter))),
    search: (request: SearchRequest) => searchRows(db, request),
    /** Those of the given SKUs whose stock is 0. */
    outOfStock: (skus: readonly string[]) => outOfStockRows(db, skus),

    async create(row: NewRow, actor: string): Promise<ProductRow> {
      return await skuTakenAsProblem(db, row.sku, () =>
        write(actor, (writes) => writes.insert(row, 'initial')),
      )
    },

    /** Changes nothing, version included, when the product already is as asked. */
    async update(
      id: number,
      change: Partial<NewRow>,
      { expected, actor }: ChangeOptions,
    ): Promise<ProductRow> {
      return await skuTakenAsProblem(db, change.sku, () =>
        write(actor, async (writes) => await writes.change(await writes.lock(id, expected), change, 'set')),
      )
    },

    remove: (id: number, { expected, actor }: ChangeOptions): Promise<void> =>
      write(actor, async (writes) => await writes.remove((await writes.lock(id, expected)).id)),

    /** The feed after `seq`, oldest first. */
    changes: (seq: number, limit: number): Promise<ChangeRow[]> =>
      db.reader.select().from(changes).where(gt(changes.seq, seq)).orderBy(changes.seq).limit(limit),
    /** Until the feed has gone beyond `seq`. */
    changed: (seq: number, abort: AbortSignal) => signal.beyond(seq, abort),

    /** All that `run` writes is one transaction. */
    change: write,

    adjustStock: (adjustment: Adjustment, actor: string) =>
      write(actor, (writes) => writes.adjust(adjustment)),

    /** The ledger of a product, newest first. */
    adjustments: (
      id: number,
      { limit, before }: { limit: number; before: number | undefined },
    ): Promise<StockAdjustmentRow[]> =>
      db.reader
        .select()
        .from(stockAdjustments)
        .where(
          and(
            eq(stockAdjustments.productId, id),
            before === undefined ? undefined : lt(stockAdjustments.id, before),
          ),
        )
        .orderBy(desc(stockAdjustments.id))
        .limit(limit),

    importLines: (lines: readonly ImportedLine[], { actor, dryRun }: ImportOptions): Promise<ImportSummary> =>
      importBatch(db, lines, { write: (run) => write(actor, run), dryRun }),
  }
}

export interface ChangeOptions {
  expected: ExpectedVersions
  actor: string
}

/** Both databases bound the parameters of one statement, at 32,766 or above. */
const SKUS_PER_QUERY = 1000

async function outOfStockRows(db: Database, skus: readonly string[]): Promise<ProductRow[]> {
  const { products } = db.tables
  const rows: ProductRow[] = []
  for (let start = 0; start < skus.length; start += SKUS_PER_QUERY) {
    const some = skus.slice(start, start + SKUS_PER_QUERY)
    rows.push(
      ...(await db.reader
        .select(productColumns(db))
        .from(products)
        .where(and(eq(products.stockLevel, 0), inArray(products.sku, some)))),
    )
  }
  return rows
}

async function skuTakenAsProblem<T>(
  db: Database,
  sku: string | null | undefined,
  write: () => Promise<T>,
): Promise<T> {
  try {
    return await write()
  } catch (error) {
    if (db.isUniqueViolation(error))
      throw new ProblemError('SKU_TAKEN', `Another product has the SKU "${sku}".`, { sku })
    throw error
  }
}
