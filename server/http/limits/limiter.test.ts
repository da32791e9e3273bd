/** The same limiter, counting in the process and in a real Redis. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { localLimiter, sharedLimiter, type Limiter } from './limiter.ts'
import { Gcra } from '#server/platform/gcra.ts'
import { connectRedis, type Redis } from '#server/platform/redis.ts'
import { temporaryRedis, type TemporaryRedis } from '#server/platform/redis.testing.ts'
import { until } from '#scripts/lab/harness/until.ts'

const resources = new AsyncDisposableStack()
let server: TemporaryRedis
let redis: Redis

beforeAll(async () => {
  server = resources.use(await temporaryRedis())
  redis = resources.use(await connectRedis({ url: server.url, onTrouble: () => undefined }))
  await reachable()
})
afterAll(() => resources.disposeAsync())

async function reachable(): Promise<void> {
  await until('Redis is there', () => redis.healthy)
}

const HOUR_MS = 3_600_000
const rate = { requests: 100, windowMs: HOUR_MS }
const limiters: Record<string, () => Limiter> = {
  'in the process': () => localLimiter(new Gcra(Date.now)),
  'in Redis': () => sharedLimiter({ redis, prefix: `${crypto.randomUUID()}:`, now: Date.now }),
}

describe.each(Object.keys(limiters))('%s', (where) => {
  const limiterOf = () => limiters[where]?.() ?? localLimiter(new Gcra(Date.now))

  test('exactly the limit passes, and each answer says what is left after it', async () => {
    await using limiter = limiterOf()
    const verdicts = await Promise.all(
      Array.from({ length: 150 }, async () => limiter.consume({ caller: 'a', rate, cost: 1 })),
    )
    expect(verdicts.filter(({ allowed }) => allowed)).toHaveLength(100)
    expect(verdicts.map(({ remaining }) => remaining)).toEqual(
      Array.from({ length: 150 }, (_, n) => Math.max(0, 99 - n)),
    )
    for (const { retryAfterMs } of verdicts.slice(100)) {
      expect(retryAfterMs).toBeGreaterThan(0)
      expect(retryAfterMs).toBeLessThanOrEqual(HOUR_MS / 100)
    }
  })

  test('a costly request is refused whole, and takes nothing from a cheap one', async () => {
    await using limiter = limiterOf()
    const allowed = async (cost: number) => (await limiter.consume({ caller: 'a', rate, cost })).allowed
    expect(await allowed(90)).toBe(true)
    expect(await allowed(20)).toBe(false)
    expect(await allowed(10)).toBe(true)
    expect(await allowed(1)).toBe(false)
  })

  test('what is used up comes back steadily', async () => {
    await using limiter = limiterOf()
    const quick = { requests: 10, windowMs: 10_000 }
    const consume = async () => await limiter.consume({ caller: 'a', rate: quick, cost: 1 })
    while ((await consume()).allowed);
    let refused = 0
    await until('something has come back', async () => {
      const { allowed } = await consume()
      if (!allowed) refused += 1
      return allowed
    })
    expect(refused).toBeGreaterThan(0)
  })
})

test('two replicas know of each other, and share what is left', async () => {
  const prefix = `${crypto.randomUUID()}:`
  await using first = sharedLimiter({ redis, prefix, now: Date.now })
  await using second = sharedLimiter({ redis, prefix, now: Date.now })
  await until('they know of each other', () => first.replicas === 2 && second.replicas === 2)
  const passes = await Promise.all(
    Array.from({ length: 300 }, async (_, n) => {
      const limiter = n % 2 === 0 ? first : second
      return (await limiter.consume({ caller: 'a', rate, cost: 1 })).allowed
    }),
  )
  expect(passes.filter(Boolean)).toHaveLength(100)
})

test('a Redis that has lost its scripts is sent them again', async () => {
  await using limiter = sharedLimiter({ redis, prefix: `${crypto.randomUUID()}:`, now: Date.now })
  for (const caller of ['a', 'b']) {
    await reachable()
    expect(await limiter.consume({ caller, rate, cost: 1 })).toMatchObject({ allowed: true, by: 'redis' })
    await server.command('SCRIPT', 'FLUSH')
  }
})

test('a clock that is set back refuses no caller for longer than a window', async () => {
  let now = 10 * HOUR_MS
  const limiter = localLimiter(new Gcra(() => now))
  const ask = async () => await limiter.consume({ caller: 'a', rate, cost: 100 })
  expect(await ask()).toMatchObject({ allowed: true, remaining: 0 })
  expect(await ask()).toMatchObject({ allowed: false })
  now -= 9 * HOUR_MS
  expect(await ask()).toMatchObject({ allowed: true, remaining: 0 })
  expect(await ask()).toMatchObject({ allowed: false, retryAfterMs: HOUR_MS })
})
