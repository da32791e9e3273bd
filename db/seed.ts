import type { Database } from './database.ts'
import { sampleProduct } from './sample-catalogue.ts'
import { Vocabulary } from './search/vocabulary.ts'
import { wordsOf } from './search/words.ts'

const BATCH_SIZE = 500

export interface SeedOptions {
  count: number
  /** Decimals of the currency: the sample's prices are in hundredths. */
  decimals: number
  /** Milliseconds since the epoch. */
  now: number
}

/** The first `count` products of the sample catalogue; one whose SKU is there already is left alone. */
export async function seed(db: Database, { count, decimals, now }: SeedOptions): Promise<void> {
  const { products, stockAdjustments } = db.tables
  const vocabulary = new Vocabulary(db)
  for (let start = 0; start < count; start += BATCH_SIZE) {
    const size = Math.min(BATCH_SIZE, count - start)
    const rows = Array.from({ length: size }, (_, offset) => {
      const { sku, name, priceCents, stockLevel } = sampleProduct(start + offset)
      const priceMinor = Math.round(priceCents * 10 ** (decimals - 2))
      const words = wordsOf(name).join(' ')
      return { sku, name, words, priceMinor, stockLevel, version: 1, createdAt: now, updatedAt: now }
    })
    await vocabulary.learn(rows.map(({ name }) => name))
    await db.withTransaction(async (tx) => {
      const added = await tx
        .insert(products)
        .values(rows)
        .onConflictDoNothing()
        .returning({ productId: products.id, delta: products.stockLevel })
      if (added.length === 0) return
      const entries = added.map(({ productId, delta }) => {
        return {
          productId,
          delta,
          stockLevelAfter: delta,
          reason: 'initial',
          actor: 'sample',
          createdAt: now,
        }
      })
      await tx.insert(stockAdjustments).values(entries)
    })
  }
}
