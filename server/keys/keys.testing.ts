/** For tests: keys by the command line, as an operator makes and ends them. */
import { join } from 'node:path'
import { temporaryPostgres } from '#db/postgres.testing.ts'

const PROGRAM = join(import.meta.dir, '../cli/keys.ts')

export interface CommandResult {
  code: number
  stdout: string
  stderr: string
}

export async function keysCommand(databaseUrl: string, ...args: string[]): Promise<CommandResult> {
  const child = Bun.spawn([process.execPath, PROGRAM, ...args], {
    env: { ...process.env, DATABASE_URL: databaseUrl },
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [stdout, stderr] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ])
  return { code: await child.exited, stdout, stderr }
}

/** @returns the key */
export async function createKey(databaseUrl: string, name: string, ...scopes: string[]): Promise<string> {
  const wishes = ['--name', name, ...scopes.flatMap((scope) => ['--scope', scope])]
  const { code, stdout, stderr } = await keysCommand(databaseUrl, 'create', ...wishes)
  if (code !== 0) throw new Error(stderr)
  return stdout.trim()
}

export async function revokeKey(databaseUrl: string, key: string): Promise<void> {
  const { code, stderr } = await keysCommand(databaseUrl, 'revoke', key.slice(0, key.lastIndexOf('_')))
  if (code !== 0) throw new Error(stderr)
}

/** An empty database of either kind. */
export const databases = {
  SQLite: async (folder: string) => `file:${join(folder, `${crypto.randomUUID()}.db`)}`,
  PostgreSQL: async () => await temporaryPostgres(),
}

export const bearer = (key: string) => ({ authorization: `Bearer ${key}` })
