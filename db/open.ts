import { DatabaseOpenError, type Database } from './database.ts'
import { openPostgres } from './postgres.ts'
import { openSqlite } from './sqlite.ts'

/**
 * Opens and migrates.
 * @param url `file:PATH` or `postgres://…`
 * @param onWaiting then a server that is still starting is waited for, up to a minute; told with each wait
 * @throws DatabaseOpenError
 */
export async function openDatabase(url: string, onWaiting?: (error: unknown) => void): Promise<Database> {
  try {
    return url.startsWith('file:')
      ? await openSqlite(url.slice('file:'.length))
      : await openPostgres(url, onWaiting)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new DatabaseOpenError(
      `The database ${withoutPassword(url)} (DATABASE_URL) cannot be opened: ${reason}`,
      { cause: error },
    )
  }
}

function withoutPassword(url: string): string {
  return url.startsWith('file:') ? url : url.replace(/\/\/[^@/]*@/, '//')
}
