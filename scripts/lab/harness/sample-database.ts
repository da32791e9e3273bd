import { openDatabase } from '#db/open.ts'
import { seed } from '#db/seed.ts'

/** A database with the first `count` products of the sample catalogue, closed again. @param url `file:PATH` or `postgres://…` */
export async function makeSampleDatabase(url: string, count: number): Promise<void> {
  const db = await openDatabase(url)
  await seed(db, { count, decimals: 2, now: Date.now() })
  await db.close()
}
