import type { Database } from './database.ts'
import { openPostgres } from './postgres.ts'
import { openSqlite } from './sqlite.ts'

/**
 * Opens and migrates; waits for a server that is still starting, up to a minute.
 * @param url `file:PATH` or `postgres://…`
 * @param onWaiting told with each refusal meanwhile
 */
export async function openDatabase(url: string, onWaiting?: (error: unknown) => void): Promise<Database> {
  return url.startsWith('file:')
    ? await openSqlite(url.slice('file:'.length))
    : await openPostgres(url, onWaiting)
}
