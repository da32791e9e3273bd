/** PostgreSQL, Redis, and servers that share them. */
import { temporaryPostgres } from '#db/postgres.testing.ts'
import { temporaryRedis, type TemporaryRedis } from '#server/platform/redis.testing.ts'
import { startServerProcess, type ServerProcess } from './server-process.ts'
import { temporaryFolder } from './test-server.ts'

interface Backends {
  folder: string
  databaseUrl: string
  redis: TemporaryRedis
}

export interface Replicas extends Backends, AsyncDisposable {
  servers: ServerProcess[]
}

export interface ReplicasOptions {
  count: number
  /** `own` where what happens disturbs the whole server, and not only its database. */
  postgres?: 'shared' | 'own'
  /** Beside the database and Redis, which it may lead elsewhere: through a proxy, say. */
  environmentOf?: (index: number, backends: Backends) => Promise<Record<string, string>>
  /** Before the servers start: fills the database. */
  prepare?: (databaseUrl: string) => Promise<void>
  root?: string
  program?: readonly string[] | undefined
}

export async function startReplicas({
  count,
  postgres = 'shared',
  environmentOf = async () => ({}),
  prepare,
  ...options
}: ReplicasOptions): Promise<Replicas> {
  await using started = new AsyncDisposableStack()
  const { path: folder } = started.use(await temporaryFolder())
  const redis = started.use(await temporaryRedis())
  const databaseUrl = await temporaryPostgres(postgres)
  await prepare?.(databaseUrl)
  const start = async (index: number) => {
    const env = {
      DATABASE_URL: databaseUrl,
      REDIS_URL: redis.url,
      ...(await environmentOf(index, { folder, databaseUrl, redis })),
    }
    return started.use(await startServerProcess(folder, env, options))
  }
  const servers = await Promise.all(Array.from({ length: count }, async (_, index) => await start(index)))
  const resources = started.move()
  return { folder, databaseUrl, redis, servers, [Symbol.asyncDispose]: () => resources.disposeAsync() }
}
