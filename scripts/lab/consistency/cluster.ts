/** Real servers, a private PostgreSQL and a private Redis, with a proxy on every connection between them. */
import { SQL } from 'bun'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { TemporaryRedis } from '#server/platform/redis.testing.ts'
import { startReplicas } from '#scripts/lab/harness/replicas.ts'
import { processTree } from '#scripts/lab/harness/process-tree.ts'
import type { ServerProcess } from '#scripts/lab/harness/server-process.ts'
import type { Target } from './request.ts'
import { startProxies, type Link } from './proxies.ts'

export interface Replica extends Target {
  toRedis: Link
  toDatabase: Link
  pid: () => number
  /** SIGSTOP to one of its processes. @returns lets that one go on */
  pause: () => () => void
  /** SIGKILL to all its processes. */
  kill: () => Promise<void>
  start: () => Promise<void>
}

export interface Cluster extends AsyncDisposable {
  replicas: Replica[]
  redis: TemporaryRedis
  /** Not through a proxy. */
  sql: SQL
  /** With the stores of the ads. */
  folder: string
}

/** How the checker's own connections are told from those of the servers. */
export const CHECKER = 'checker'
const START_ATTEMPTS = 10
const MUTANT_PROGRAM = fileURLToPath(new URL('./mutant-server.ts', import.meta.url))

/** @param mutant a server whose cache is broken on purpose */
export async function startCluster({
  servers: count,
  mutant,
  environmentOf = () => ({}),
}: {
  servers: number
  mutant?: string | undefined
  /** Beside where its database, Redis and ads are. */
  environmentOf?: (index: number) => Record<string, string>
}): Promise<Cluster> {
  await using started = new AsyncDisposableStack()
  const proxies = started.use(startProxies())
  const links: { toRedis: Link; toDatabase: Link }[] = []
  const { servers, redis, databaseUrl, folder } = started.use(
    await startReplicas({
      count,
      postgres: 'own',
      program: mutant === undefined ? undefined : [MUTANT_PROGRAM, mutant],
      async environmentOf(index, backends) {
        const database = new URL(backends.databaseUrl)
        const toRedis = await proxies.open(backends.redis.port)
        const toDatabase = await proxies.open(Number(database.port))
        links[index] = { toRedis, toDatabase }
        return {
          DATABASE_URL: Object.assign(database, { port: String(toDatabase.port) }).href,
          REDIS_URL: `redis://127.0.0.1:${toRedis.port}`,
          LOG_LEVEL: 'silent',
          ADS_DIR: join(backends.folder, `ads-${index}`),
          ...environmentOf(index),
        }
      },
    }),
  )
  const sql = started.use(new SQL({ url: databaseUrl, max: 2, connection: { application_name: CHECKER } }))
  const replicas = servers.map((server, index) => {
    const link = links[index]
    if (!link) throw new Error(`Replica ${index} has no proxies.`)
    return { index, ...link, ...controlsOf(server) }
  })
  const resources = started.move()
  return { replicas, redis, sql, folder, [Symbol.asyncDispose]: () => resources.disposeAsync() }
}

function controlsOf(server: ServerProcess) {
  return {
    url: server.url,
    pid: () => server.pid(),
    pause() {
      const processes = processTree(server.pid())
      const one = processes[Math.floor(Math.random() * processes.length)] ?? server.pid()
      process.kill(one, 'SIGSTOP')
      return () => void process.kill(one, 'SIGCONT')
    },
    async kill() {
      for (const each of processTree(server.pid()).slice(1)) process.kill(each, 'SIGKILL')
      await server.kill()
    },
    async start() {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await server.start()
        } catch (error) {
          // Its database may be away just now; an operator would start it again.
          if (attempt === START_ATTEMPTS) throw error
        }
      }
    },
  }
}
