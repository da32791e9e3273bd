/** A shop of two years: a large catalogue, a long ledger, and the spend of each date. */
import { join } from 'node:path'
import { insertMany, updateMany } from '#db/bulk.ts'
import type { Database } from '#db/database.ts'
import { openDatabase } from '#db/open.ts'
import { seed } from '#db/seed.ts'
import { runAds, type Environment } from './processes.ts'

const DAY_MS = 24 * 3_600_000
export const DAYS = 730
export const PRODUCTS = 100_000
const LEDGER_ENTRIES = 1_000_000
/** Of the products, those that are sold, and those that are advertised. */
const SELLING = 20_000
const ITEMS_A_DAY = 1_000
const ENTRIES_AT_ONCE = 5_000
/** So many until all entries are made, as some wait in each. */
const ROUNDS_OF_SALES = 58

const SOURCE = `export async function fetchData(date) {
  const day = Date.parse(date) / 86_400_000
  return Array.from({ length: ${ITEMS_A_DAY} }, (_, n) => ({
    campaign_id: 1, ad_group_id: 1, clicks: 1 + (n % 7), impressions: 90, conversions: n % 3 ? 0 : 1,
    product_item_id: 'as-' + String(1 + ((n * 5 + (day % 5)) % 5000)).padStart(5, '0'),
    cost_micros: 100_000 + n * 137 }))
}`

/** Two years of its ads. @returns the settings with which a server reads them */
export async function fetchTwoYears(folder: string): Promise<Environment> {
  const ADS_SOURCE = join(folder, 'source.mjs')
  const env = { ADS_SOURCE, ADS_DIR: join(folder, 'ads'), LOG_LEVEL: 'error' }
  await Bun.write(ADS_SOURCE, SOURCE)
  await runAds(['backfill', '--report', 'product'], env)
  return { ...env, ADS_REPORTS: 'product', ADS_CRON: 'off', RATE_LIMIT: 'off' }
}

/** What is sold runs out, and is received again after a while, several times. */
export async function fillCatalogue(url: string): Promise<void> {
  const db = await openDatabase(url)
  const start = Date.now() - DAYS * DAY_MS
  await seed(db, { count: PRODUCTS, decimals: 2, now: start })
  const { products } = db.tables
  const rows = await db.reader
    .select({ id: products.id, stock: products.stockLevel })
    .from(products)
    .orderBy(products.id)
    .limit(SELLING)
  const levels = new Map(rows.map(({ id, stock }) => [id, stock]))
  for (let round = 0, left = LEDGER_ENTRIES - PRODUCTS; left > 0; round += 1) {
    const at = start + Math.round(((round + 1) / ROUNDS_OF_SALES) * (DAYS - 1) * DAY_MS)
    const entries = [...levels].flatMap(([id, level]) => entryOf({ id, level, round, at })).slice(0, left)
    for (const { productId, stockLevelAfter } of entries) levels.set(productId, stockLevelAfter)
    left -= entries.length
    await insert(db, entries)
  }
  const final = [...levels].map(([id, stockLevel]) => ({ id, stockLevel }))
  await db.withTransaction((tx) => updateMany({ db, tx }, { table: products, rows: final }))
  await db.close()
}

interface Step {
  id: number
  level: number
  round: number
  at: number
}

/** Nothing while it waits for a delivery. */
function entryOf({ id, level, round, at }: Step) {
  if (level === 0 && (id + round) % 3 > 0) return []
  const delta = level === 0 ? 25 : -Math.min(level, 1 + ((id + round) % 9))
  const reason = delta > 0 ? 'received' : 'sold'
  return [
    { productId: id, delta, stockLevelAfter: level + delta, reason, actor: 'bench', createdAt: at + id },
  ]
}

async function insert(db: Database, entries: ReturnType<typeof entryOf>): Promise<void> {
  for (let start = 0; start < entries.length; start += ENTRIES_AT_ONCE) {
    const rows = entries.slice(start, start + ENTRIES_AT_ONCE)
    await db.withTransaction((tx) => insertMany({ db, tx }, { into: db.tables.stockAdjustments, rows }))
  }
}
