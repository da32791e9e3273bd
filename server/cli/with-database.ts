import type { Database } from '#db/database.ts'
import { openDatabase } from '#db/open.ts'
import { readConfig, type Config } from '#server/config.ts'

/** Opens the database in DATABASE_URL, migrates it, and closes it after `run`. @throws ConfigError, DatabaseOpenError */
export async function withDatabase<T>(run: (db: Database, config: Config) => Promise<T>): Promise<T> {
  const config = readConfig(process.env)
  await using resources = new AsyncDisposableStack()
  return await run(
    resources.adopt(await openDatabase(config.databaseUrl), (each) => each.close()),
    config,
  )
}
