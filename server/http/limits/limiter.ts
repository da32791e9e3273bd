/**
 * Limits that replicas share: Redis counts, on its own clock. While it does not answer, each replica counts alone,
 * with its share of the limit; what it was told last about a caller it still knows.
 */
import { decision, Gcra, type LimitedRequest, type Decision, type Rate } from '#server/platform/gcra.ts'
import { script, type Redis } from '#server/platform/redis.ts'

export interface Verdict extends Decision {
  /** What was counted against: the limit, or this replica's share of it. */
  rate: Rate
  by: 'redis' | 'local'
}

export interface Limiter extends AsyncDisposable {
  /** Never throws. A promise only when Redis has to be asked. */
  consume: (asked: LimitedRequest) => Verdict | Promise<Verdict>
  /** Among so many the limit is divided when Redis does not answer. */
  readonly replicas: number
}

export interface SharedLimiterOptions {
  redis: Redis
  /** Replicas with the same one share their limits. */
  prefix: string
  now: () => number
}

/** Before Redis has told how many there are: up to so many replicas stay within the limit together. */
const ASSUMED_REPLICAS = 4
const BEAT_MS = 500
/** A replica that was silent so long is gone. */
const LEASE_MS = 3_000

/** @param gcra of this process, or of all on the machine that share its memory */
export function localLimiter(gcra: Gcra): Limiter {
  return {
    consume: (asked) => ({ ...gcra.consume(asked), rate: asked.rate, by: 'local' }),
    replicas: 1,
    [Symbol.asyncDispose]: async () => undefined,
  }
}

export function sharedLimiter({ redis, prefix, now }: SharedLimiterOptions): Limiter {
  const gcra = new Gcra(now)
  const replicas = countReplicas(redis, `${prefix}replicas`)

  const alone = (asked: LimitedRequest): Verdict => {
    const { requests, windowMs } = asked.rate
    const rate = { requests: Math.max(1, Math.floor(requests / replicas.count)), windowMs }
    return { ...gcra.consume({ ...asked, rate }), rate, by: 'local' }
  }
  const together = inTurns(async (asked, count): Promise<readonly Verdict[]> => {
    const { caller, rate, cost } = asked
    const price = (cost * rate.windowMs) / rate.requests
    const sentAt = now()
    const reply = await redis.ask((client) =>
      consumeInRedis(client, `${prefix}${caller}`, rate.windowMs * 1000, price * 1000, count),
    )
    if (!Array.isArray(reply)) return Array.from({ length: count }, () => alone(asked))
    const [granted = 0, resetUs = 0] = reply.map(Number)
    const lastMs = resetUs / 1000
    // Counted from when the command was sent, so that no caller is refused here whom Redis would admit.
    gcra.learn(caller, sentAt + lastMs)
    return Array.from({ length: count }, (_, n) => {
      const allowed = n < granted
      const resetMs = allowed ? lastMs - (granted - 1 - n) * price : lastMs
      return { ...decision(rate, { allowed, resetMs, price }), rate, by: 'redis' }
    })
  })
  return {
    consume(asked) {
      if (!redis.healthy) return alone(asked)
      // An arrival time only grows: a caller that is known to be too early is refused without Redis.
      const refusal = gcra.refusal(asked)
      return refusal ? { ...refusal, rate: asked.rate, by: 'local' } : together(asked)
    },
    get replicas() {
      return replicas.count
    },
    [Symbol.asyncDispose]: async () => replicas.leave(),
  }
}

type ConsumeMany = (asked: LimitedRequest, count: number) => Promise<readonly Verdict[]>

interface Waiting {
  asked: LimitedRequest
  resolve: ((verdict: Verdict) => void)[]
}

/** What the same caller asks in one turn of the event loop is asked of Redis at once. */
function inTurns(consume: ConsumeMany): (asked: LimitedRequest) => Promise<Verdict> {
  const waiting = new Map<string, Waiting>()
  const settle = async ({ asked, resolve }: Waiting) => {
    const verdicts = await consume(asked, resolve.length)
    for (const [n, verdict] of verdicts.entries()) resolve[n]?.(verdict)
  }
  const flush = () => {
    const turn = [...waiting.values()]
    waiting.clear()
    for (const each of turn) void settle(each)
  }
  return (asked) => {
    const key = `${asked.cost} ${asked.caller}`
    const { promise, resolve } = Promise.withResolvers<Verdict>()
    if (waiting.size === 0) setImmediate(flush)
    const same = waiting.get(key)
    if (same) same.resolve.push(resolve)
    else waiting.set(key, { asked, resolve: [resolve] })
    return promise
  }
}

/**
 * KEYS: the caller; ARGV: the window and what one request costs, in µs, and how many requests there are.
 * @returns how many of them pass, and µs until all is refilled
 */
const consumeInRedis = script(`
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local price = tonumber(ARGV[2])
local before = math.max(tonumber(redis.call('GET', KEYS[1]) or now), now)
-- Redis' clock was set back.
if before > now + ARGV[1] then before = now end
local room = math.floor((ARGV[1] - (before - now)) / price + 0.000001)
local granted = math.max(0, math.min(room, tonumber(ARGV[3])))
local after = before + granted * price
if granted > 0 then
  redis.call('SET', KEYS[1], string.format('%.3f', after), 'PX', math.ceil((after - now) / 1000))
end
return {granted, math.ceil(after - now)}
`)

/** KEYS: the replicas' leases; ARGV: the replica, and its lease in ms. @returns how many have a lease */
const announce = script(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return redis.call('ZCARD', KEYS[1])
`)

/** The last number known stays when Redis goes; it falls only after a lease's time, in which all have come back. */
function countReplicas(redis: Redis, key: string) {
  const self = crypto.randomUUID()
  let count = ASSUMED_REPLICAS
  let lowerSince: number | undefined
  const beat = async () => {
    const reply = await redis.ask((client) => announce(client, key, self, LEASE_MS))
    if (typeof reply !== 'number') lowerSince = undefined
    else if (reply >= count) {
      count = reply
      lowerSince = undefined
    } else if (performance.now() - (lowerSince ??= performance.now()) > LEASE_MS) count = reply
  }
  const beating = setInterval(() => void beat(), BEAT_MS)
  return {
    get count() {
      return count
    },
    leave() {
      clearInterval(beating)
      redis.tell((client) => client.zRem(key, self))
    },
  }
}
