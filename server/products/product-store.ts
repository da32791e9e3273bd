/** One product at a time: rows in, rows out, money in minor units and time in milliseconds. */
import { eq, sql } from 'drizzle-orm'
import type { Database, Queries } from '#db/database.ts'
import type { ProductRow, StockAdjustmentRow } from '#db/schema.postgres.ts'
import type { SomeOfSearched } from '#db/search/columns.ts'
import { Vocabulary } from '#db/search/vocabulary.ts'
import type { Clock } from '#server/platform/clock.ts'
import { createChangeSignal, type ChangeSignal } from './change-signal.ts'
import {
  changeRows,
  lastReduction,
  latestSeq,
  ledgerRows,
  lowestEnded,
  priceRows,
  pricesRecordedSince,
  stockSteps,
  type ChangeRow,
  type LedgerPage,
} from './journal.ts'
import type { ProductFilter } from './filter.ts'
import {
  countRows,
  estimateRows,
  listRows,
  placeOf,
  productColumns,
  rowWithKey,
  usedFields,
  type PageRequest,
} from './pages.ts'
import { importActions } from './import/actions.ts'
import { sellingRows, type SellingRequest } from './sales.ts'
import { candidateRows, codeRows, rowsById, type CodeQuery } from './search/rows.ts'
import type { ReadCandidates } from './search/shelves.ts'
import { adjustTogether, type SignedAdjustment } from './adjust-together.ts'
import type { NewRow } from './new-row.ts'
import { keyViolated } from './unique-keys.ts'
import { ProductWrites, type Adjustment, type ExpectedVersions, type WriteContext } from './writes.ts'
import type { ProductKey } from './refusals.ts'

/** Each entry of the ledger has an actor of its own. */
const SEVERAL = 'several'

interface Parts {
  clock: Clock
  get: (id: number) => Promise<ProductRow | undefined>
  /** How a write gets its transaction. */
  begin: Database['withTransaction']
  signal: ChangeSignal
  /** Takes in the words of what is about to be written. */
  indexWords: (searched: Iterable<SomeOfSearched>) => Promise<void>
  vocabulary: Vocabulary
}

export interface ProductStore extends ReturnType<typeof actionsOf> {
  /** The same store, whose writes go into this transaction, for the caller to commit. */
  within(tx: Queries): ProductStore
}

export function createProductStore(db: Database, clock: Clock): ProductStore & Disposable {
  const signal = createChangeSignal(() => latestSeq(db))
  const vocabulary = new Vocabulary(db)
  const indexWords: Parts['indexWords'] = (searched) => vocabulary.indexWords(searched)
  return {
    ...storeOf(db, {
      clock,
      get: preparedGet(db),
      begin: db.withTransaction,
      signal,
      vocabulary,
      indexWords,
    }),
    [Symbol.dispose]: () => signal[Symbol.dispose](),
  }
}

/** The hottest query of all. */
function preparedGet(db: Database): Parts['get'] {
  const { products } = db.tables
  const byId = db.reader
    .select(productColumns(db))
    .from(products)
    .where(eq(products.id, sql.placeholder('id')))
    .prepare('product_by_id')
  return async (id) => (await byId.execute({ id }))[0]
}

function storeOf(db: Database, parts: Parts): ProductStore {
  return {
    ...actionsOf(db, parts),
    within: (tx) =>
      storeOf(db, {
        ...parts,
        begin: (run) => run(tx),
        indexWords: (searched) => parts.vocabulary.indexWords(searched, tx),
      }),
  }
}

function actionsOf(db: Database, { clock, get, begin, signal, vocabulary, indexWords }: Parts) {
  const write = <T>(
    actor: string,
    run: (writes: ProductWrites) => Promise<T>,
    part?: WriteContext['import'],
  ): Promise<T> =>
    begin((tx) => {
      db.afterCommit(tx, () => signal.poke())
      return run(new ProductWrites({ db, tx }, { actor, now: clock.now(), import: part }))
    })

  return {
    get,
    list: (request: PageRequest) => listRows(db, request),
    /** The row that stands there, as a cursor that includes it. */
    place: (request: Parameters<typeof placeOf>[1]) => placeOf(db, request),
    count: (filter: ProductFilter) => countRows(db, filter),
    /** Exact up to 10,000, then estimated. */
    estimate: (filter: ProductFilter) => estimateRows(db, filter),
    /** Names with certain words. */
    candidates: (filter: ProductFilter, query: Parameters<ReadCandidates>) =>
      candidateRows(db, filter, query),
    /** Products whose SKU is this code, or begins so. */
    codes: (filter: ProductFilter, query: CodeQuery) => codeRows(db, filter, query),
    /** With what they are searched by. */
    rowsById: (ids: readonly number[]) => rowsById(db, ids),
    vocabulary,
    withSku: (sku: string, filter: ProductFilter) => rowWithKey(db, { sku }, filter),
    withGtin: (gtin: string, filter: ProductFilter) => rowWithKey(db, { gtin }, filter),
    /** The optional ones that any product has. */
    usedFields: () => usedFields(db),
    /** With what was sold of them of late. */
    selling: (request: SellingRequest) => sellingRows(db, request),

    async create(row: NewRow, actor: string): Promise<ProductRow> {
      await indexWords([row])
      return await keyTakenAsProblem(db, row, () => write(actor, (writes) => writes.create(row)))
    },

    /** Changes nothing, version included, when the product already is as asked. */
    async update(
      key: ProductKey,
      change: Partial<NewRow>,
      { expected, actor }: ChangeOptions,
    ): Promise<ProductRow> {
      await indexWords([change])
      return await keyTakenAsProblem(db, change, () =>
        write(actor, async (writes) => await writes.change(await writes.lock(key, expected), change, 'set')),
      )
    },

    /** @returns its id */
    remove: (key: ProductKey, { expected, actor }: ChangeOptions): Promise<number> =>
      write(actor, async (writes) => {
        const { id } = await writes.lock(key, expected)
        await writes.remove([id])
        return id
      }),

    /** The feed after `seq`, oldest first. */
    changes: (seq: number, limit: number): Promise<ChangeRow[]> => changeRows(db, seq, limit),
    /** The seq of the newest change; 0 while there is none. */
    latestChange: () => latestSeq(db),
    /** Until the feed has gone beyond `seq`. */
    changed: (seq: number, abort: AbortSignal) => signal.beyond(seq, abort),

    /** All that `run` writes is one transaction; the names and SKUs it gives are told beforehand. */
    async change<T>(
      actor: string,
      searched: readonly SomeOfSearched[],
      run: (writes: ProductWrites) => Promise<T>,
    ): Promise<T> {
      await indexWords(searched)
      return await keyTakenAsProblem(db, {}, () => write(actor, run))
    },

    adjustStock: (adjustment: Adjustment, actor: string) =>
      write(actor, (writes) => writes.adjust(adjustment)),
    /** Of several callers. */
    adjustTogether: (adjustments: readonly SignedAdjustment[]) =>
      write(SEVERAL, (writes) => adjustTogether(writes, adjustments)),

    /** The ledger of a product, newest first. */
    adjustments: (id: number, page: LedgerPage): Promise<StockAdjustmentRow[]> => ledgerRows(db, id, page),

    /** What the stock was since then, in steps, oldest first. */
    stockSteps: (id: number, since: number) => stockSteps(db, id, since),
    /** The changes of its price, newest first. */
    prices: (id: number, page: LedgerPage) => priceRows(db, id, page),
    lowestEnded: (id: number, time: Parameters<typeof lowestEnded>[2]) => lowestEnded(db, id, time),
    lastReduction: (id: number) => lastReduction(db, id),
    pricesRecordedSince: () => pricesRecordedSince(db),

    ...importActions(db, { clock, begin, write, indexWords }),
  }
}

export interface ChangeOptions {
  expected: ExpectedVersions
  actor: string
}

async function keyTakenAsProblem<T>(
  db: Database,
  fields: Partial<NewRow>,
  write: () => Promise<T>,
): Promise<T> {
  try {
    return await write()
  } catch (error) {
    const violation = db.uniqueViolation(error)
    throw violation === undefined ? error : keyViolated(violation, fields)
  }
}
