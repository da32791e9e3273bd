import type { Database, Tables } from './database.ts'
import { insertMany } from './bulk.ts'
import { sampleProduct } from './sample-catalogue.ts'
import { Vocabulary } from './search/vocabulary.ts'
import { searchColumns } from './search/columns.ts'

/** Rows of one transaction: each waits for the disk once. */
const TRANSACTION_SIZE = 50_000
/** While one adds its products, the other makes them up; on PostgreSQL both add. */
const LANES = 2

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
  let next = 0
  const lane = async () => {
    for (let start = next; start < count; start = next) {
      const end = Math.min(start + TRANSACTION_SIZE, count)
      next = end
      const rows = Array.from({ length: end - start }, (_, offset) => sampleRow(start + offset, options))
      await vocabulary.indexWords(rows)
      await db.load((tx) => add({ db, tx }, rows))
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane))
}

type Row = Tables['products']['$inferInsert']

function sampleRow(n: number, { decimals, now }: Omit<SeedOptions, 'count'>): Row {
  const { sku, name, priceCents, stockLevel } = sampleProduct(n)
  const priceMinor = Math.round(priceCents * 10 ** (decimals - 2))
  return {
    sku,
    name,
    ...searchColumns({ name, sku }),
    priceMinor,
    stockLevel,
    version: 1,
    createdAt: now,
    updatedAt: now,
  }
}

async function add(within: Parameters<typeof insertMany>[0], rows: Row[]): Promise<number[]> {
  const { products, stockAdjustments } = within.db.tables
  const added = await insertMany(within, {
    into: products,
    rows,
    returning: ['id', 'stockLevel', 'createdAt'],
    onConflict: 'do nothing',
  })
  await insertMany(within, {
    into: stockAdjustments,
    rows: added.map(({ id, stockLevel, createdAt }) => ({
      productId: id,
      delta: stockLevel,
      stockLevelAfter: stockLevel,
      reason: 'initial',
      actor: 'sample',
      createdAt,
    })),
  })
  return added.map(({ id }) => id)
}
