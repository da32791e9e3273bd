/** Real servers, a private PostgreSQL and a private Redis, with a proxy on every connection between them. */
import { SQL } from 'bun'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { temporaryPostgres } from '#db/postgres.testing.ts'
import { temporaryRedis, type TemporaryRedis } from '#server/platform/redis.testing.ts'
import { spawnServer, temporaryFolder, urlOf } from '#scripts/lab/harness/test-server.ts'
import type { Target } from './request.ts'
import { startProxies, type Link } from './proxies.ts'

/** Its address changes with each start. */
export interface Replica extends Target {
  toRedis: Link
  toDatabase: Link
  pause: () => void
  resume: () => void
  /** SIGKILL. */
  kill: () => Promise<void>
  start: () => Promise<void>
}

export interface Cluster extends AsyncDisposable {
  replicas: Replica[]
  redis: TemporaryRedis
  /** Not through a proxy. */
  sql: SQL
}

/** How the checker's own connections are told from those of the servers. */
export const CHECKER = 'checker'
const START_ATTEMPTS = 10
const MUTANT_PROGRAM = fileURLToPath(new URL('./mutant-server.ts', import.meta.url))
const NO_ADS = fileURLToPath(new URL('./no-ads.ts', import.meta.url))

/** @param mutant a server whose cache is broken on purpose */
export async function startCluster({
  servers,
  mutant,
}: {
  servers: number
  mutant?: string | undefined
}): Promise<Cluster> {
  await using started = new AsyncDisposableStack()
  const folder = started.use(await temporaryFolder())
  const redis = started.use(await temporaryRedis())
  const database = new URL(await temporaryPostgres('own'))
  const sql = started.use(new SQL({ url: database.href, max: 2, connection: { application_name: CHECKER } }))
  const proxies = started.use(startProxies())
  const program = mutant === undefined ? undefined : [MUTANT_PROGRAM, mutant]

  const startReplica = async (index: number): Promise<Replica> => {
    const toRedis = await proxies.open(redis.port)
    const toDatabase = await proxies.open(Number(database.port))
    const environment = {
      DATABASE_URL: Object.assign(new URL(database), { port: String(toDatabase.port) }).href,
      REDIS_URL: `redis://127.0.0.1:${toRedis.port}`,
      RATE_LIMIT: 'off',
      LOG_LEVEL: 'silent',
      ADS_DIR: join(folder.path, `ads-${index}`),
      ADS_SOURCE: NO_ADS,
      GOOGLE_ADS_CUSTOMER_ID: '1234567890',
    }
    let server: ReturnType<typeof spawnServer> | undefined
    const replica: Replica = {
      index,
      url: '',
      toRedis,
      toDatabase,
      pause: () => server?.kill('SIGSTOP'),
      resume: () => server?.kill('SIGCONT'),
      async kill() {
        server?.kill('SIGKILL')
        await server?.exited
      },
      async start() {
        for (let attempt = 1; ; attempt += 1) {
          server = spawnServer(folder.path, environment, program)
          try {
            replica.url = (await urlOf(server)).slice(0, -1)
            return
          } catch (error) {
            // Its database may be away just now; an operator would start it again.
            if (attempt === START_ATTEMPTS) throw error
          }
        }
      },
    }
    started.defer(() => replica.kill())
    await replica.start()
    return replica
  }
  const replicas = await Promise.all(Array.from({ length: servers }, (_, index) => startReplica(index)))
  const resources = started.move()
  return { replicas, redis, sql, [Symbol.asyncDispose]: () => resources.disposeAsync() }
}
