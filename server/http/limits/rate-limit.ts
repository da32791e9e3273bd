/** elysia-rate-limit is asked about every request; the counting, the policies and the answer's fields are ours. */
import { Elysia } from 'elysia'
import { rateLimit, type Context as LimitContext } from 'elysia-rate-limit'
import { ProblemError } from '#server/errors.ts'
import type { Cost } from '#server/operation.ts'
import type { Rate } from './gcra.ts'
import type { Limiter, Verdict } from './limiter.ts'
import type { Price } from './request-cost.ts'

export type Policies = Record<Cost, Rate>

export interface RateLimitOptions {
  policies: Policies
  limiter: Limiter
  onVerdict: (policy: Cost, verdict: Verdict) => void
}

export interface RateLimiter {
  /** Nothing when the request may go on at once; otherwise why it may not, or a promise of either. */
  ask: (request: Request, asking: Asking) => undefined | Promise<unknown>
  /** Says on the answer to a request that was counted what is left. */
  mark: (request: Request, response: Response) => void
}

/** The plugin refuses from the second of one on: what was decided, it is told as a count. */
const MAX = 1
const COUNTS: Record<string, number> = { allowed: MAX, refused: MAX + 1 }
/** The plugin's own fields, which would tell of it, are off. */
const EPOCH = new Date(0)

export interface Asking extends Price {
  caller: string
}

interface Counted extends Asking {
  verdict?: Verdict
}

export function createRateLimiter({ policies, limiter, onVerdict }: RateLimitOptions): RateLimiter {
  const counted = new WeakMap<Request, Counted>()

  const decided = (entry: Counted, verdict: Verdict): string => {
    entry.verdict = verdict
    onVerdict(entry.policy, verdict)
    return verdict.allowed ? 'allowed' : 'refused'
  }
  // The plugin never shows its context the request, only the key: so the key is the decision.
  const decide = (request: Request): string | Promise<string> => {
    const entry = counted.get(request)
    if (!entry) return 'allowed'
    const { policy, cost, caller } = entry
    const verdict = limiter.consume({ caller: `${policy} ${caller}`, rate: policies[policy], cost })
    return verdict instanceof Promise ? verdict.then((late) => decided(entry, late)) : decided(entry, verdict)
  }
  const hook = hookOf(decide)

  return {
    ask(request, asking) {
      const entry: Counted = { ...asking }
      counted.set(request, entry)
      const answer = hook(request)
      // What was decided while the plugin was asked need not wait for what it answers.
      if (entry.verdict?.allowed) return undefined
      return answer.then(
        () => undefined,
        (refusal: unknown) => refusal,
      )
    },
    mark(request, { headers }) {
      const entry = counted.get(request)
      if (!entry?.verdict) return
      const { policy, verdict } = entry
      const { rate, remaining, resetMs, allowed, retryAfterMs } = verdict
      headers.set('ratelimit-policy', `"${policy}";q=${rate.requests};w=${rate.windowMs / 1000}`)
      headers.set('ratelimit', `"${policy}";r=${remaining};t=${Math.ceil(resetMs / 1000)}`)
      if (!allowed) headers.set('retry-after', String(Math.max(1, Math.ceil(retryAfterMs / 1000))))
    },
  }
}

type Hook = (request: Request) => Promise<unknown>

/**
 * The plugin's hook, to be called by us. Registered in Elysia it would have the cookies of every request parsed and
 * every answer made later, at twice the cost of an answer from memory.
 */
function hookOf(decide: (request: Request) => string | Promise<string>): Hook {
  const context: LimitContext = {
    init: () => undefined,
    increment: (key) => ({ count: COUNTS[key] ?? MAX, nextReset: EPOCH, start: 0 }),
    decrement: () => undefined,
    reset: () => undefined,
    kill: () => undefined,
  }
  const plugin = rateLimit({
    context,
    max: MAX,
    duration: 1,
    headers: false,
    // The default would give back what a refused or failed request cost: free guessing.
    countFailedRequest: true,
    errorResponse: new ProblemError('RATE_LIMITED', 'Too many requests: wait as long as Retry-After says.'),
    generator: decide,
    // With a second parameter, the key is made before anything is waited for.
    skip: (_request, key) => key === undefined,
  })
  const [registered] = new Elysia().use(plugin).event.beforeHandle ?? []
  if (!registered) throw new Error('elysia-rate-limit has registered no hook.')
  const ask = registered.fn as unknown as (context: object) => Promise<unknown>
  return (request) => ask({ request, set: SET, cookie: SET })
}

const SET = Object.freeze({})
