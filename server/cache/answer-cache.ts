/** The cache of answers, put together: freshness from the database's change feed, memory, and Redis if there is one. */
import type { Database } from '#db/database.ts'
import type { CachedHeaders, AnswerCache } from '#server/cache/cached-answer.ts'
import { Cache, type CacheParts, type Tier } from './cache.ts'
import { Freshness } from './freshness.ts'
import { MemoryTier } from './memory-tier.ts'
import { redisTier } from './redis-tier.ts'
import type { Logger } from '#server/platform/log.ts'
import type { Metrics } from '#server/platform/metrics.ts'
import type { Redis } from '#server/platform/redis.ts'

export interface AnswerCacheOptions {
  db: Database
  /** For what is kept in memory. */
  bytes: number
  redis: Redis | undefined
  /** What has another form, or is of another database, is none of ours. */
  prefix: string
  metrics: Metrics
  log: Logger
}

export type CreateCache = (parts: CacheParts<CachedHeaders>) => AnswerCache

/** @param create may put other parts in, to show that a check would notice */
export function openAnswerCache(
  { db, bytes, redis, prefix, metrics, log }: AnswerCacheOptions,
  create: CreateCache = (parts) => new Cache(parts),
): AnswerCache {
  const freshness = new Freshness(db.changeFeed)
  const memory: CacheParts<CachedHeaders>['memory'] = new MemoryTier(bytes)
  const { onRead, onInconsistent } = measured(metrics, { freshness, memory, redis })
  return create({
    freshness,
    memory,
    shared: redis && redisTier(redis, prefix),
    onRead,
    onInconsistent(key) {
      onInconsistent()
      log.error({ key }, 'a kept answer was not what the database says')
    },
    random: Math.random,
  })
}

type Observed = Pick<CacheParts<CachedHeaders>, 'freshness' | 'memory'> & Pick<AnswerCacheOptions, 'redis'>

function measured(metrics: Metrics, { freshness, memory, redis }: Observed) {
  const reads: Record<Tier, number> = { memory: 0, redis: 0, none: 0 }
  let inconsistent = 0
  const gauge = (name: string, help: string, value: () => number) =>
    metrics.gauge({ name, help }, (set) => set({}, value()))
  metrics.total(
    { name: 'adstock_cache_reads_total', help: 'Reads, by where the answer was found', labels: ['tier'] },
    (set) => {
      for (const [tier, count] of Object.entries(reads)) set({ tier }, count)
    },
  )
  metrics.total(
    {
      name: 'adstock_cache_inconsistent_total',
      help: 'Cached answers that differed from the database',
    },
    (set) => set({}, inconsistent),
  )
  gauge('adstock_cache_memory_bytes', 'Size of the answers kept in memory', () => memory.bytes)
  gauge('adstock_cache_memory_entries', 'Answers kept in memory', () => memory.entries)
  gauge('adstock_cache_known_change', 'The newest change that is known of', () => freshness.known.seq)
  if (redis) gauge('adstock_cache_redis_up', 'Whether Redis has answered lately', () => Number(redis.healthy))
  return {
    onRead: (tier: Tier) => void (reads[tier] += 1),
    onInconsistent: () => void (inconsistent += 1),
  }
}
