/** A database as one file, written while the database is in use, and put back only where there is none. */
import { Database as Connection } from 'bun:sqlite'
import { SQL } from 'bun'
import { existsSync } from 'node:fs'
import { copyFile, mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { contentsOfFile, readContents, type Contents } from './contents.ts'

const SCRATCH = 'adstock_verify_'
/** As every system and PostgreSQL's tools say it. */
const DISK_FULL = 'No space left on device'

/** The operator can do something about it. */
export class BackupError extends Error {
  override readonly name = 'BackupError'
}

/** It is the backup itself that cannot be relied on, not the place where it was to be proved. */
export class DamagedBackupError extends BackupError {}

/** What a disk or a database refuses is told in one line as well. @throws BackupError */
export async function mendable<T>(what: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    if (error instanceof BackupError || !(error instanceof Error && 'code' in error)) throw error
    throw new BackupError(`${what}: ${error.message}`, { cause: error })
  }
}

/** Writes what was committed at one moment, and says what that was. @param url `file:PATH` or `postgres://…` */
export async function backUpDatabase(url: string, path: string): Promise<Contents> {
  const contents = url.startsWith('file:')
    ? await backUpSqlite(pathIn(url), path)
    : await backUpPostgres(url, path)
  await syncToDisk(path)
  return contents
}

/**
 * Restores a backup where nothing else is, and says what came back.
 * @param url of SQLite: a file that is not there yet; of PostgreSQL: any database of a server on which the user may
 * create one, which is dropped again
 * @throws DamagedBackupError, and BackupError where nothing could be said of the backup
 */
export async function proveBackup(url: string, path: string): Promise<Contents> {
  if (url.startsWith('file:')) {
    await restoreSqlite(pathIn(url), path)
    return await contentsOfFile(pathIn(url))
  }
  programOf('pg_restore')
  const scratch = new URL(url)
  const name = `${SCRATCH}${crypto.randomUUID().replaceAll('-', '')}`
  scratch.pathname = name
  await using server = await connect(url, { application_name: name })
  await dropAbandoned(server)
  await createScratch(server, name)
  try {
    await restorePostgres(scratch.href, path)
    await using client = new SQL({ url: scratch.href, max: 1 })
    return await readContents(client, 'postgres')
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    await requireAnswer(server)
    if (why.includes(DISK_FULL)) throw error
    throw new DamagedBackupError(why, { cause: error })
  } finally {
    // What is left behind, the next proof drops.
    await server.unsafe(`drop database ${name} with (force)`).catch(() => {})
  }
}

/** @throws BackupError */
async function requireAnswer(server: SQL): Promise<void> {
  try {
    await server`select 1`
  } catch (error) {
    throw new BackupError('PostgreSQL was lost while the backup was proved.', { cause: error })
  }
}

/** Those of processes that were killed: each is named by a connection for as long as its process lives. */
async function dropAbandoned(server: SQL): Promise<void> {
  const abandoned = await server<{ name: string }[]>`
    select made.datname as name from pg_database made where starts_with(made.datname, ${SCRATCH})
    and not exists (select from pg_stat_activity where application_name = made.datname)`
  // Of another user, or still in use by what a killed process had begun: it is left to a later one.
  for (const { name } of abandoned) await server.unsafe(`drop database if exists "${name}"`).catch(() => {})
}

async function createScratch(server: SQL, name: string): Promise<void> {
  try {
    await server.unsafe(`create database ${name}`)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new BackupError(`A backup is proved in a database of its own, which cannot be created: ${why}`)
  }
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
async function backUpSqlite(from: string, path: string): Promise<Contents> {
  if (!existsSync(from)) throw new BackupError(`There is no database ${from}.`)
  using connection = new Connection(from, { readonly: true })
  connection.run('pragma busy_timeout = 5000')
  connection.query('vacuum into ?').run(path)
  return await contentsOfFile(path)
}

async function restoreSqlite(to: string, path: string): Promise<void> {
  using connection = new Connection(path, { readonly: true })
  const row = connection.query<{ integrity_check: string }, []>('pragma integrity_check').get()
  if (row?.integrity_check !== 'ok')
    throw new DamagedBackupError(`${path} is damaged: ${row?.integrity_check}`)
  await mkdir(dirname(to), { recursive: true })
  const partial = `${to}.restoring`
  try {
    await copyFile(path, partial)
    await syncToDisk(partial)
    await rename(partial, to)
    await syncToDisk(dirname(to))
  } catch (error) {
    await rm(partial, { force: true })
    throw error
  }
}

async function backUpPostgres(url: string, path: string): Promise<Contents> {
  await using client = await connect(url)
  return await client.begin('isolation level repeatable read read only', async (tx) => {
    const [exported] = await tx<{ snapshot: string }[]>`select pg_export_snapshot() as snapshot`
    const snapshot = `--snapshot=${exported?.snapshot}`
    const options = ['--format=custom', '--no-owner', '--no-privileges', snapshot]
    await runTool('pg_dump', url, [...options, '--file', path])
    return await readContents(tx, 'postgres')
  })
}

async function connect(url: string, connection: Record<string, string> = {}): Promise<SQL> {
  const client = new SQL({ url, max: 1, connection })
  try {
    return await client.connect()
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new BackupError(`PostgreSQL at ${new URL(url).host} cannot be reached: ${why}`)
  }
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

function programOf(name: string): string {
  const program = Bun.which(name)
  if (program) return program
  throw new BackupError(
    `${name} is missing: install PostgreSQL's client programs, of the server's version or newer.`,
  )
}

/**
 * The password is passed in the environment, since every process of the machine can read arguments. Everything else is
 * in the URL.
 */
async function runTool(name: string, url: string, parameters: readonly string[]): Promise<void> {
  const program = programOf(name)
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

/** A file, or the entries of a folder. */
export async function syncToDisk(path: string): Promise<void> {
  const file = await open(path, 'r')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}
