/** Facts about the database itself, by name. */
import { eq } from 'drizzle-orm'
import type { Database, Queries } from './database.ts'

export async function readSetting(
  { tables: { settings } }: Database,
  queries: Queries,
  name: string,
): Promise<string | undefined> {
  const [stored] = await queries.select().from(settings).where(eq(settings.name, name))
  return stored?.value
}

export async function writeSetting(
  { db: { tables }, tx }: { db: Database; tx: Queries },
  name: string,
  value: string,
): Promise<void> {
  await tx
    .insert(tables.settings)
    .values({ name, value })
    .onConflictDoUpdate({ target: tables.settings.name, set: { value } })
}

/** @returns the setting's value, which stays what it was set to first */
export async function setOnce(db: Database, name: string, value: string): Promise<string> {
  const { settings } = db.tables
  return await db.withTransaction(async (tx) => {
    await tx.insert(settings).values({ name, value }).onConflictDoNothing()
    return (await readSetting(db, tx, name)) ?? value
  })
}
