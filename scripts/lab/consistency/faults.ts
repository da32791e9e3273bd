/** What goes wrong during a run. Each is injected once, lasts a while, and puts everything right again. */
import { rm } from 'node:fs/promises'
import type { RedisDump } from '#server/platform/redis.testing.ts'
import { CHECKER, type Cluster, type Replica } from './cluster.ts'
import type { Taken } from './fault-windows.ts'
import type { ProxyMode } from './proxy-worker.ts'
import type { Session } from './session.ts'
import { writeBySql } from './writers.ts'

export interface Stage {
  cluster: Cluster
  session: Session
  /** The last two of Redis, oldest first. */
  dumps: RedisDump[]
}

export interface Fault {
  /** One at a time for each. */
  target: 'server' | 'redis' | 'link to redis' | 'link to database' | 'database'
  taken: Taken
  inject: (stage: Stage, replica: Replica) => Promise<void>
}

const between = (fromMs: number, toMs: number) => Bun.sleep(fromMs + Math.random() * (toMs - fromMs))
const whileItLasts = () => between(300, 1_500)

const onRedis = (inject: (stage: Stage) => Promise<unknown>): Fault => ({
  target: 'redis',
  taken: 'nothing',
  inject: async (stage) => void (await inject(stage)),
})

const link = (end: 'redis' | 'database', taken: Taken, mode: ProxyMode | 'reset'): Fault => ({
  target: `link to ${end}`,
  taken,
  async inject(_, { toRedis, toDatabase }) {
    const disturbed = end === 'redis' ? toRedis : toDatabase
    if (mode === 'reset') {
      disturbed.reset()
      return await between(50, 500)
    }
    disturbed.set(mode)
    await whileItLasts()
    disturbed.set('pass')
  },
})

export const FAULTS = {
  'server-killed': {
    target: 'server',
    taken: 'a server',
    async inject(_, replica) {
      await replica.kill()
      await replica.start()
    },
  },
  'server-stopped': {
    target: 'server',
    taken: 'a server',
    async inject(_, replica) {
      const resume = replica.pause()
      await whileItLasts()
      resume()
    },
  },
  'redis-stopped': onRedis(async ({ cluster: { redis } }) => {
    redis.pause()
    await whileItLasts()
    redis.resume()
  }),
  'redis-emptied-by-restart': onRedis(async ({ cluster: { redis } }) => {
    await redis.kill()
    await between(0, 500)
    await redis.start()
  }),
  'redis-from-an-old-dump': onRedis(async ({ cluster: { redis }, dumps }) => {
    dumps.push(await redis.saveDump())
    await whileItLasts()
    await redis.kill()
    const [oldest] = dumps
    await redis.start(oldest)
    if (!oldest || dumps.length === 1) return
    dumps.shift()
    await rm(oldest.path)
  }),
  'redis-flushed': onRedis(({ cluster: { redis } }) => redis.command('FLUSHALL')),
  'redis-clients-killed': onRedis(({ cluster: { redis } }) =>
    redis.command('CLIENT', 'KILL', 'TYPE', 'normal'),
  ),
  'redis-full': onRedis(async ({ cluster: { redis } }) => {
    const policy = Math.random() < 0.5 ? 'noeviction' : 'allkeys-random'
    await redis.command('CONFIG', 'SET', 'maxmemory-policy', policy, 'maxmemory', '1100kb')
    await whileItLasts()
    await redis.command('CONFIG', 'SET', 'maxmemory', '0')
  }),
  'redis-link-black-hole': link('redis', 'nothing', 'black hole'),
  'redis-link-one-way': link('redis', 'nothing', 'one way'),
  'redis-link-slow': link('redis', 'nothing', 'slow'),
  'redis-link-reset': link('redis', 'nothing', 'reset'),
  'database-link-black-hole': link('database', 'the database', 'black hole'),
  'database-link-one-way': link('database', 'the database', 'one way'),
  'database-link-slow': link('database', 'nothing', 'slow'),
  'database-link-reset': link('database', 'the database', 'reset'),
  'database-session-ended': {
    target: 'database',
    taken: 'the database',
    async inject({ cluster: { sql } }) {
      await sql`
        select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and application_name <> ${CHECKER} order by random() limit 1`
    },
  },
  'direct-sql': {
    target: 'database',
    taken: 'nothing',
    inject: ({ session, cluster }) => writeBySql(session, cluster.sql),
  },
} satisfies Record<string, Fault>

export type FaultName = keyof typeof FAULTS
export const FAULT_NAMES = Object.keys(FAULTS) as FaultName[]

/** Until the time is over: for each target one fault after another, with pauses in which everything works. */
export async function injectUntil(endsAt: number, names: readonly FaultName[], stage: Stage): Promise<void> {
  const byTarget = Map.groupBy(names, (name) => FAULTS[name].target)
  await Promise.all(byTarget.values().map((group) => strikeInTurn(group, { endsAt, stage })))
}

async function strikeInTurn(
  names: readonly FaultName[],
  { endsAt, stage }: { endsAt: number; stage: Stage },
): Promise<void> {
  const { cluster, session } = stage
  for (
    let turn = Math.floor(Math.random() * names.length);
    !session.stopped && performance.now() < endsAt;
    turn += 1
  ) {
    const name = names[turn % names.length]
    const replica = cluster.replicas[Math.floor(Math.random() * cluster.replicas.length)]
    if (!name || !replica) return
    const { taken, inject, target }: Fault = FAULTS[name]
    const over = session.excuses.open(name, {
      taken,
      place: target === 'server' || target.startsWith('link') ? replica.index : undefined,
    })
    await inject(stage, replica)
    over()
    session.tally.injections.add(name)
    await (name === 'direct-sql' ? between(10, 60) : between(100, 600))
  }
}
