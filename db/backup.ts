/** A database as one file, written while the database is in use, and put back only where there is none. */
import { Database as Connection } from 'bun:sqlite'
import { SQL } from 'bun'
import { existsSync } from 'node:fs'
import { copyFile, mkdir, open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'

/** The operator can do something about it. */
export class BackupError extends Error {
  override readonly name = 'BackupError'
}

/** Writes what was committed at one moment. @param url `file:PATH` or `postgres://…` */
export async function backUpDatabase(url: string, path: string): Promise<void> {
  await (url.startsWith('file:') ? backUpSqlite(pathIn(url), path) : dumpPostgres(url, path))
  await sync(path)
}

/** @throws BackupError when there is something already, which is left as it is */
export async function restoreDatabase(url: string, path: string): Promise<void> {
  await refuseExisting(url)
  await (url.startsWith('file:') ? restoreSqlite(pathIn(url), path) : restorePostgres(url, path))
}

/** @throws BackupError */
export async function refuseExisting(url: string): Promise<void> {
  if (url.startsWith('file:')) {
    const path = pathIn(url)
    // A log that was left behind would be taken for the restored file's.
    const found = [path, `${path}-wal`, `${path}-shm`, `${path}-journal`].find((each) => existsSync(each))
    if (found !== undefined) throw new BackupError(`${found} is there already: move it away first.`)
    return
  }
  await using client = new SQL({ url, max: 1 })
  const [row] = await client<{ count: string }[]>`
    select count(*) as count from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'public' and c.relkind in ('r', 'v', 'S')`
  if (row?.count !== '0') throw new BackupError('The database is not empty: restore into a new one.')
}

function pathIn(url: string): string {
  return url.slice('file:'.length)
}

/** A read transaction, so writers go on meanwhile and none of what they commit is in it. */
async function backUpSqlite(from: string, path: string): Promise<void> {
  if (!existsSync(from)) throw new BackupError(`There is no database ${from}.`)
  using connection = new Connection(from, { readonly: true })
  connection.run('pragma busy_timeout = 5000')
  connection.query('vacuum into ?').run(path)
}

async function restoreSqlite(to: string, path: string): Promise<void> {
  using connection = new Connection(path, { readonly: true })
  const row = connection.query<{ integrity_check: string }, []>('pragma integrity_check').get()
  if (row?.integrity_check !== 'ok') throw new BackupError(`${path} is damaged: ${row?.integrity_check}`)
  await mkdir(dirname(to), { recursive: true })
  const partial = `${to}.restoring`
  await copyFile(path, partial)
  await sync(partial)
  await rename(partial, to)
  await sync(dirname(to))
}

async function dumpPostgres(url: string, path: string): Promise<void> {
  await runTool('pg_dump', url, ['--format=custom', '--no-owner', '--no-privileges', '--file', path])
}

async function restorePostgres(url: string, path: string): Promise<void> {
  await runTool('pg_restore', url, [
    '--single-transaction',
    '--exit-on-error',
    '--no-owner',
    '--no-privileges',
    path,
  ])
}

/**
 * The password is passed in the environment, since every process of the machine can read arguments. Everything else is
 * in the URL.
 */
async function runTool(name: string, url: string, parameters: readonly string[]): Promise<void> {
  const program = Bun.which(name)
  if (!program)
    throw new BackupError(
      `${name} is missing: install PostgreSQL's client programs, of the server's version or newer.`,
    )
  const target = new URL(url)
  const password = decodeURIComponent(target.password)
  target.password = ''
  const tool = Bun.spawn([program, '--dbname', target.href, ...parameters], {
    env: password === '' ? {} : { PGPASSWORD: password },
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: 'pipe',
  })
  const said = await new Response(tool.stderr).text()
  if ((await tool.exited) !== 0) throw new BackupError(`${name} failed: ${said.trim()}`)
}

async function sync(path: string): Promise<void> {
  const file = await open(path, 'r')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}
