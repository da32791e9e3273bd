import type { Database } from './database.ts'
import { openPostgres } from './postgres.ts'
import { openSqlite } from './sqlite.ts'

/** Opens and migrates. @param url `file:PATH` or `postgres://…` */
export async function openDatabase(url: string): Promise<Database> {
  return url.startsWith('file:') ? await openSqlite(url.slice('file:'.length)) : await openPostgres(url)
}
