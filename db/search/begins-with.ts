import { sql, type Column, type SQL } from 'drizzle-orm'

/** Comes after every letter. */
const LAST_LETTER = '\u{10FFFF}'

/** By an index; the text itself among them. */
export function beginsWith(column: Column, start: string): SQL {
  return sql`(${column} >= ${start} and ${column} < ${start + LAST_LETTER})`
}
