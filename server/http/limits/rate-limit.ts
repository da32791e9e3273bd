/**
 * The rate limits: one counter, which replicas share, and two ways in. REST calls it directly, because registering the
 * plugin would add a third to the cost of an answer from memory; so does what memory answers over tRPC. The rest of tRPC
 * goes through elysia-rate-limit, which compares and refuses.
 */
import { rateLimit, type Context as PluginContext, type Options } from 'elysia-rate-limit'
import { ProblemError } from '#server/errors.ts'
import { exchangeOf, type Charge, type Exchange } from '#server/http/exchange.ts'
import type { Cost } from '#server/operation.ts'
import type { Rate } from '#server/platform/gcra.ts'
import type { Limiter, Verdict } from './limiter.ts'

export type Policies = Record<Cost, Rate>

export interface RateLimitOptions {
  policies: Policies
  limiter: Limiter
  onVerdict: (policy: Cost, verdict: Verdict) => void
}

export interface RateLimiter {
  /** Counts a request. @returns what it is refused with, if it is */
  count: (exchange: Exchange, charge: Charge) => Refusal | Promise<Refusal>
  /** elysia-rate-limit, for routes whose requests it counts; until then only their `charge` is set. */
  plugin: () => ReturnType<typeof rateLimit>
}

type Refusal = ProblemError | undefined

export function createRateLimiter({ policies, limiter, onVerdict }: RateLimitOptions): RateLimiter {
  const settle = (exchange: Exchange, policy: Cost, verdict: Verdict): Verdict => {
    exchange.verdict = verdict
    onVerdict(policy, verdict)
    return verdict
  }
  const consume = (exchange: Exchange, charge: Charge): Verdict | Promise<Verdict> => {
    const { policy, cost, caller } = charge
    const verdict = limiter.consume({ caller: `${policy} ${caller}`, rate: policies[policy], cost })
    return verdict instanceof Promise
      ? verdict.then((late) => settle(exchange, policy, late))
      : settle(exchange, policy, verdict)
  }
  return {
    count(exchange, charge) {
      exchange.charge = charge
      const verdict = consume(exchange, charge)
      return verdict instanceof Promise ? verdict.then(refusalOf) : refusalOf(verdict)
    },
    plugin: () =>
      rateLimit(
        pluginOptions(
          (policy) => policies[policy].requests,
          async (exchange, charge) => await consume(exchange, charge),
        ),
      ),
  }
}

/** Adds the fields of the answer to a request that was counted, once. */
export function addLimitHeaders(exchange: Exchange, headers: Record<string, string>): void {
  const { charge, verdict } = exchange
  if (!charge || !verdict || exchange.hasLimitHeaders) return
  exchange.hasLimitHeaders = true
  const { rate, remaining, resetMs, allowed, retryAfterMs } = verdict
  headers['ratelimit-policy'] = `"${charge.policy}";q=${rate.requests};w=${rate.windowMs / 1000}`
  // Both fields are waited for: a refused caller has to know when this request would pass, not when all would.
  const seconds = allowed ? Math.ceil(resetMs / 1000) : Math.max(1, Math.ceil(retryAfterMs / 1000))
  headers['ratelimit'] = `"${charge.policy}";r=${remaining};t=${seconds}`
  if (!allowed) headers['retry-after'] = String(seconds)
}

function refusal(extra: Record<string, unknown> = {}): ProblemError {
  return new ProblemError('RATE_LIMITED', 'Too many requests: wait as long as Retry-After says.', extra)
}

function refusalOf({ allowed, retryAfterMs }: Verdict): Refusal {
  return allowed ? undefined : refusal({ retry_after: Math.max(1, Math.ceil(retryAfterMs / 1000)) })
}

type Charged = Exchange & { charge: Charge }

function isCharged(exchange: Exchange): exchange is Charged {
  return exchange.charge !== undefined
}

/**
 * The plugin shows its context the key alone, so each key is a ticket for one request. The context answers how much of
 * the limit is used up; the plugin compares that with `max`, and refuses.
 */
function pluginOptions(
  maxOf: (policy: Cost) => number,
  consume: (exchange: Exchange, charge: Charge) => Promise<Verdict>,
): Partial<Options> {
  const tickets = new Map<string, Charged>()
  let issued = 0
  const context: PluginContext = {
    init: () => undefined,
    async increment(ticket) {
      const exchange = tickets.get(ticket)
      tickets.delete(ticket)
      if (!exchange) throw new Error('A request was counted twice.')
      const { policy } = exchange.charge
      const { allowed, remaining, rate, resetMs } = await consume(exchange, exchange.charge)
      // A share of the limit, where replicas count alone, is reported as the same part of the whole.
      const used = allowed ? maxOf(policy) * (1 - remaining / rate.requests) : maxOf(policy) + 1
      return { count: used, nextReset: new Date(Date.now() + resetMs), start: 0 }
    },
    decrement: () => undefined,
    reset: () => undefined,
    kill: () => undefined,
  }
  return {
    context,
    scoping: 'scoped',
    // Its fields are of an older draft than ours.
    headers: false,
    // The default would give back what a refused or failed request has cost: free guessing.
    countFailedRequest: true,
    errorResponse: refusal(),
    // The context knows the window; the plugin only insists on a number.
    duration: 1,
    generator(request) {
      const exchange = exchangeOf(request)
      const ticket = String((issued += 1))
      if (isCharged(exchange)) tickets.set(ticket, exchange)
      return ticket
    },
    max(ticket) {
      const exchange = tickets.get(ticket)
      return exchange ? maxOf(exchange.charge.policy) : 1
    },
    // What was counted already has its verdict.
    skip(request) {
      const exchange = exchangeOf(request)
      return !isCharged(exchange) || exchange.verdict !== undefined
    },
  }
}
