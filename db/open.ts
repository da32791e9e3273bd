import type { Database } from './database.ts'
import { openSqlite } from './sqlite.ts'

/** Opens and migrates. @param url `file:PATH` */
export async function openDatabase(url: string): Promise<Database> {
  if (url.startsWith('file:')) return await openSqlite(url.slice('file:'.length))
  throw new Error(`No dialect for this database URL: ${url.split(':')[0]}:…`)
}
