import type { Database } from './database.ts'
import { openPostgres } from './postgres.ts'
import { openSqlite } from './sqlite.ts'

/**
 * Opens and migrates.
 * @param url `file:PATH` or `postgres://…`
 * @param onWaiting then a server that is still starting is waited for, up to a minute; told with each wait
 */
export async function openDatabase(url: string, onWaiting?: (error: unknown) => void): Promise<Database> {
  return url.startsWith('file:')
    ? await openSqlite(url.slice('file:'.length))
    : await openPostgres(url, onWaiting)
}
