/** The peers: what each needs, and how it is started. Their packages are none of the project's. */
import { cp, mkdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '#db/free-port.testing.ts'
import { temporaryRedis } from '#server/platform/redis.testing.ts'
import { until } from '#scripts/lab/harness/until.ts'

export interface Running extends AsyncDisposable {
  name: string
  url: string
  /** Of all its processes. */
  pids: readonly number[]
}

/** Packages stay here for the next run: one of them is compiled for a minute. */
const PACKAGES = join(Bun.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'adstock-peers')
/** Debian's packages are for Debian's Python, whichever comes first on the path. */
const PYTHON = '/usr/bin/python3'
const DEBIAN_PACKAGES = ['fastapi', 'uvicorn', 'uvloop', 'httptools', 'redis', 'hiredis'].map(
  (name) => `python3-${name}`,
)

/** @param database the path of a file from `writeCatalogue`. @throws Error with what is missing */
export type StartPeer = (database: string) => Promise<Running>

/** In the order of the report. */
export const PEERS: Readonly<Record<string, StartPeer>> = {
  FastAPI: startFastApi,
  async Fastify(database) {
    const versions = { fastify: '5.12.8', 'better-sqlite3': '12.11.1' }
    const node = need('node')
    const file = await installed('fastify', versions)
    const name = `Fastify ${versions.fastify} on Node ${(await Bun.$`${node} --version`.text()).trim().slice(1)}`
    return await start({ name, command: [node, file], env: { DATABASE: database } })
  },
  async Hono(database) {
    const versions = { hono: '4.13.19' }
    const file = await installed('hono', versions)
    const name = `Hono ${versions.hono} on Bun ${Bun.version}`
    return await start({ name, command: [process.execPath, file], env: { DATABASE: database } })
  },
}

async function startFastApi(database: string): Promise<Running> {
  const version = await fastApiVersion()
  await using resources = new AsyncDisposableStack()
  const redis = resources.use(await temporaryRedis())
  const options = ['--app-dir', join(import.meta.dir, 'fastapi'), '--loop', 'uvloop', '--http', 'httptools']
  const running = resources.use(
    await start({
      name: `FastAPI ${version} and Redis`,
      command: [PYTHON, '-B', '-m', 'uvicorn', 'app:app', ...options, '--no-access-log', '--port', '$PORT'],
      env: { DATABASE: database, REDIS_URL: redis.url },
    }),
  )
  const redisPid = Number(/process_id:(\d+)/.exec(String(await redis.command('INFO', 'server')))?.[1])
  const owned = resources.move()
  return {
    ...running,
    pids: [...running.pids, redisPid],
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

async function fastApiVersion(): Promise<string> {
  let version = await importedVersion()
  if (version === undefined && process.getuid?.() === 0 && Bun.which('apt-get')) {
    console.error('Installing FastAPI …')
    const env = { ...Bun.env, DEBIAN_FRONTEND: 'noninteractive' }
    await Bun.$`apt-get update -qq && apt-get install -y -qq --no-install-recommends ${DEBIAN_PACKAGES}`
      .env(env)
      .nothrow()
      .quiet()
    version = await importedVersion()
  }
  if (version === undefined) throw new Error(`install Debian's ${DEBIAN_PACKAGES.join(' ')}`)
  return version.trim()
}

async function importedVersion(): Promise<string | undefined> {
  const program = 'import uvicorn, uvloop, httptools, redis, hiredis, fastapi; print(fastapi.__version__)'
  return (await Bun.$`${PYTHON} -c ${program}`.nothrow().quiet().text()) || undefined
}

/** @returns the peer's program, beside its packages */
async function installed(name: string, dependencies: Readonly<Record<string, string>>): Promise<string> {
  const npm = need('npm')
  const folder = join(PACKAGES, name)
  await mkdir(folder, { recursive: true })
  await Bun.write(
    join(folder, 'package.json'),
    JSON.stringify({ private: true, type: 'module', dependencies }),
  )
  console.error(`Installing ${Object.keys(dependencies).join(' and ')} …`)
  const asked = await Bun.$`${npm} install --no-audit --no-fund --prefer-offline`
    .cwd(folder)
    .nothrow()
    .quiet()
  if (asked.exitCode !== 0) throw new Error(`npm install: ${asked.stderr.toString().trim()}`)
  await cp(join(import.meta.dir, name, 'server.js'), join(folder, 'server.js'))
  return join(folder, 'server.js')
}

function need(program: string): string {
  const path = Bun.which(program)
  if (path === null) throw new Error(`${program} is missing`)
  return path
}

interface Start {
  name: string
  /** `$PORT` in it is the port. */
  command: readonly string[]
  env: Readonly<Record<string, string>>
}

async function start({ name, command, env }: Start): Promise<Running> {
  const port = String(await freePort())
  const child = Bun.spawn(
    command.map((part) => (part === '$PORT' ? port : part)),
    {
      env: { PATH: Bun.env['PATH'] ?? '', NODE_ENV: 'production', PORT: port, ...env },
      stdout: 'ignore',
      stderr: 'pipe',
    },
  )
  const url = `http://127.0.0.1:${port}`
  const answers = () =>
    fetch(`${url}/v1/products/1`).then(
      ({ ok }) => ok,
      () => false,
    )
  await until(`${name} answers or ends`, async () => child.exitCode !== null || (await answers()))
  if (child.exitCode !== null)
    throw new Error(`it ended: ${(await new Response(child.stderr).text()).trim()}`)
  return {
    name,
    url,
    pids: [child.pid],
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await child.exited
    },
  }
}
