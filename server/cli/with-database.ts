import type { Database } from '#db/database.ts'
import { openDatabase } from '#db/open.ts'
import { readConfig, type Config } from '#server/config.ts'

export class OpeningError extends Error {}

/** Opens the database in DATABASE_URL, migrates it, and closes it after `run`. @throws ConfigError, OpeningError */
export async function withDatabase<T>(run: (db: Database, config: Config) => Promise<T>): Promise<T> {
  const config = readConfig(process.env)
  await using resources = new AsyncDisposableStack()
  const opening = openDatabase(config.databaseUrl).catch(unreachable)
  return await run(
    resources.adopt(await opening, (each) => each.close()),
    config,
  )
}

function unreachable(error: unknown): never {
  throw new OpeningError(
    `The database in DATABASE_URL cannot be opened: ${error instanceof Error ? error.message : String(error)}`,
  )
}
