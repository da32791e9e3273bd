import type { Database } from '#db/database.ts'
import { openDatabase } from '#db/open.ts'
import { setOnce } from '#db/settings.ts'
import { ConfigError, type Config } from '#server/config.ts'
import { systemClock } from '#server/platform/clock.ts'
import { createProductStore } from './products/product-store.ts'

interface OpeningOptions {
  onWaiting?: (error: unknown) => void
  wrapDatabase?: ((db: Database) => Database) | undefined
}

/** The database and the products in it: what the command line needs as well as the server. */
export async function openProducts(
  { databaseUrl, currency }: Pick<Config, 'databaseUrl' | 'currency'>,
  opened: AsyncDisposableStack,
  { onWaiting, wrapDatabase = (db) => db }: OpeningOptions = {},
) {
  const db = wrapDatabase(
    opened.adopt(await openDatabase(databaseUrl, onWaiting), (database) => database.close()),
  )
  await claimCurrency(db, currency.code)
  return { db, products: opened.use(createProductStore(db, systemClock)) }
}

/** Prices are stored in minor units: read in another currency they would be other prices. */
async function claimCurrency(db: Database, currency: string): Promise<void> {
  const stored = await setOnce(db, 'currency', currency)
  if (stored !== currency)
    throw new ConfigError(`The prices in this database are in ${stored}, but CURRENCY is ${currency}.`)
}
