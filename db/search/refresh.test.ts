/** Rows as an older version leaves them, beside the newest one. */
import { describe, expect, test } from 'bun:test'
import { sql } from 'drizzle-orm'
import type { Database } from '#db/database.ts'
import { openDatabase } from '#db/open.ts'
import { temporaryPostgres } from '#db/postgres.testing.ts'
import { temporaryFolder } from '#scripts/lab/harness/test-server.ts'
import { searchColumns } from './columns.ts'
import { refreshSearch } from './refresh.ts'

const OLDER = { priceMinor: 1, stockLevel: 1, version: 3, createdAt: 1, updatedAt: 1 }
const ENDPOINT = {
  url: 'https://shop.example/hook',
  events: 'product.updated',
  format: 'standard',
  minSpendMicros: 0,
  state: 'enabled',
  productChanges: 'all',
  secret: 'whsec_x',
  createdAt: 1,
  updatedAt: 1,
} as const
const forever = new AbortController().signal

async function older(db: Database): Promise<void> {
  const rows = [
    { ...OLDER, sku: 'AS-00008', name: 'Łódź 10 pack', words: 'łodz 10 pack' },
    { ...OLDER, sku: null, name: '🎉', words: '' },
  ]
  await db.withTransaction(async (tx) => void (await tx.insert(db.tables.products).values(rows)))
}

describe.each(['SQLite', 'PostgreSQL'] as const)('on %s', (dialect) => {
  test('rows of an older version get what they are searched by, and no change is told', async () => {
    await using folder = await temporaryFolder()
    const db = await openDatabase(
      dialect === 'SQLite' ? `file:${folder.path}/refresh.db` : await temporaryPostgres(),
    )
    const { products, changes, webhookEndpoints, webhookOutbox } = db.tables
    await db.withTransaction(async (tx) => void (await tx.insert(webhookEndpoints).values(ENDPOINT)))
    await older(db)
    const before = await db.reader.select().from(changes).orderBy(changes.seq)
    const toldBefore = await db.reader.select().from(webhookOutbox).orderBy(webhookOutbox.id)
    expect(toldBefore.map(({ kind }) => kind)).toEqual(['created', 'created'])
    expect(await refreshSearch(db, forever)).toBe(2)
    expect(await db.reader.select().from(webhookOutbox).orderBy(webhookOutbox.id)).toEqual(toldBefore)
    const rows = await db.reader.select().from(products).orderBy(products.id)
    expect(rows).toMatchObject([
      { ...OLDER, ...searchColumns({ name: 'Łódź 10 pack', sku: 'AS-00008' }) },
      { ...OLDER, ...searchColumns({ name: '🎉', sku: null }) },
    ])
    expect(await db.reader.select().from(changes).orderBy(changes.seq)).toEqual(before)
    const found = db.reader.select({ id: sql<number>`id` }).from(db.matches({ word: 'lodz' }))
    expect(await found).toHaveLength(1)

    // The feed goes on without a gap.
    await older(db).catch(() => {})
    expect(await refreshSearch(db, forever)).toBe(0)
    await db.withTransaction(async (tx) => void (await tx.delete(products)))
    const seqs = await db.reader.select({ seq: changes.seq }).from(changes).orderBy(changes.seq)
    expect(seqs.map(({ seq }) => seq)).toEqual(seqs.map((_, index) => index + 1))
    await db.close()
  })
})
