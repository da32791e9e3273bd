/** For tests: a product store on a real database, and files into it. */
import { join } from 'node:path'
import type { Database } from '#db/database.ts'
import { openDatabase } from '#db/open.ts'
import { temporaryPostgres } from '#db/postgres.testing.ts'
import { temporaryFolder } from '#scripts/lab/harness/test-server.ts'
import { systemClock, type Clock } from '#server/platform/clock.ts'
import { createProductStore, type ProductStore } from '#server/products/product-store.ts'
import { importProducts, type ImportOptions } from './import.ts'

export const currency = { code: 'USD', decimals: 2 }
const OPTIONS: ImportOptions = {
  dryRun: false,
  actor: 'test',
  ignoreUnknown: false,
  ignoreId: false,
  clearEmpty: false,
  createWithoutSku: false,
  keepMangledSkus: false,
}

export interface Shop {
  products: ProductStore & Disposable
  db: Database
}

export async function openShop(
  dialect: 'SQLite' | 'PostgreSQL',
  resources: AsyncDisposableStack,
  clock: Clock = systemClock,
): Promise<Shop> {
  const folder = resources.use(await temporaryFolder())
  const url = dialect === 'SQLite' ? `file:${join(folder.path, 'a.db')}` : await temporaryPostgres()
  const db = resources.adopt(await openDatabase(url), (each) => each.close())
  return { db, products: resources.use(createProductStore(db, clock)) }
}

async function* bytesOf(text: string) {
  yield Buffer.from(text)
}

export async function importInto({ products }: Shop, text: string, options: Partial<ImportOptions> = {}) {
  return await importProducts({ products, currency }, bytesOf(text), { ...OPTIONS, ...options })
}

/** The first 200 products. */
export async function catalogueOf({ products }: Shop) {
  const { rows } = await products.list({
    filter: {},
    sort: { by: 'id', descending: false },
    limit: 200,
    cursor: undefined,
  })
  return rows.map(({ id, sku, gtin, name, priceMinor, stockLevel }) => ({
    id,
    sku,
    gtin,
    name,
    priceMinor,
    stockLevel,
  }))
}
