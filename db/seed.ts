import type { Database, Queries, Tables } from './database.ts'
import { sampleProduct } from './sample-catalogue.ts'
import { Vocabulary } from './search/vocabulary.ts'
import { wordsOf } from './search/words.ts'

/** Rows of one statement: each has ten parameters, and SQLite takes 32,766. */
const STATEMENT_SIZE = 1000
/** Rows of one transaction: each waits for the disk once. */
const TRANSACTION_SIZE = 20_000

export interface SeedOptions {
  count: number
  /** Decimals of the currency: the sample's prices are in hundredths. */
  decimals: number
  /** Milliseconds since the epoch. */
  now: number
}

/** The first `count` products of the sample catalogue; one whose SKU is there already is left alone. */
export async function seed(db: Database, { count, ...options }: SeedOptions): Promise<void> {
  const vocabulary = new Vocabulary(db)
  for (let start = 0; start < count; start += TRANSACTION_SIZE) {
    const rows = Array.from({ length: Math.min(TRANSACTION_SIZE, count - start) }, (_, offset) =>
      sampleRow(start + offset, options),
    )
    await vocabulary.learn(rows.map(({ name }) => name))
    await db.withTransaction(async (tx) => {
      for (let first = 0; first < rows.length; first += STATEMENT_SIZE) {
        await insert(db, tx, rows.slice(first, first + STATEMENT_SIZE))
      }
    })
  }
}

type Row = Tables['products']['$inferInsert']

function sampleRow(n: number, { decimals, now }: Omit<SeedOptions, 'count'>): Row {
  const { sku, name, priceCents, stockLevel } = sampleProduct(n)
  const priceMinor = Math.round(priceCents * 10 ** (decimals - 2))
  return {
    sku,
    name,
    words: wordsOf(name).join(' '),
    priceMinor,
    stockLevel,
    version: 1,
    createdAt: now,
    updatedAt: now,
  }
}

async function insert(
  { tables: { products, stockAdjustments } }: Database,
  tx: Queries,
  rows: Row[],
): Promise<void> {
  const added = await tx
    .insert(products)
    .values(rows)
    .onConflictDoNothing()
    .returning({ productId: products.id, delta: products.stockLevel, createdAt: products.createdAt })
  if (added.length === 0) return
  const entries = added.map((entry) => ({
    ...entry,
    stockLevelAfter: entry.delta,
    reason: 'initial',
    actor: 'sample',
  }))
  await tx.insert(stockAdjustments).values(entries)
}
