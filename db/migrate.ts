/** Migrations are SQL files that never change once they were applied anywhere; their names give the order. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

export interface Migration {
  /** `0001_products` */
  name: string
  sha256: string
  statements: string
}

export async function migrationsOf(dialect: 'sqlite' | 'postgres'): Promise<Migration[]> {
  const folder = join(import.meta.dir, 'migrations', dialect)
  const files = (await readdir(folder)).filter((file) => file.endsWith('.sql')).toSorted()
  return await Promise.all(
    files.map(async (file) => {
      const statements = await Bun.file(join(folder, file)).text()
      const sha256 = new Bun.CryptoHasher('sha256').update(statements).digest('hex')
      return { name: file.slice(0, -'.sql'.length), sha256, statements }
    }),
  )
}

/**
 * @throws Error when a migration that was applied has another content now, or is unknown here: then this
 * database belongs to another version of the program, and going on could damage it.
 */
export function pendingMigrations(
  migrations: readonly Migration[],
  applied: readonly Pick<Migration, 'name' | 'sha256'>[],
): Migration[] {
  const known = new Map(migrations.map((migration) => [migration.name, migration]))
  for (const { name, sha256 } of applied) {
    const migration = known.get(name)
    if (!migration)
      throw new Error(`The database was migrated by a newer version: it has ${name}, which is unknown here.`)
    if (migration.sha256 !== sha256)
      throw new Error(`The migration ${name} was changed after it had been applied.`)
  }
  const done = new Set(applied.map(({ name }) => name))
  return migrations.filter(({ name }) => !done.has(name))
}
