/** elysia-rate-limit decides when to ask; the counting, the policies and the answer's fields are ours. */
import { rateLimit, type Context as LimitContext } from 'elysia-rate-limit'
import { operationsOf, subscriptionsOf, transfersOf, type Api } from '#server/api.ts'
import { ProblemError } from '#server/errors.ts'
import type { Cost } from '#server/operation.ts'
import { createGcra, type Decision, type Rate } from '#server/platform/gcra.ts'
import { callerAddress } from './caller-address.ts'
import { pathOf } from './problem.ts'
import { PREFIX, splitRest } from './rest.ts'
import { ENDPOINT, proceduresOf } from './trpc.ts'

export type Policies = Record<Cost, Rate>

export interface RateLimitOptions {
  policies: Policies
  trustedProxyHops: number
  now: () => number
  addressOf: (request: Request) => string | undefined
  onRefused: (policy: Cost) => void
}

export interface RateLimiter {
  plugin: ReturnType<typeof rateLimit>
  /** The IETF draft's fields for a request that was counted; none for one that was not. */
  fieldsFor(request: Request): Record<string, string>
}

export function createRateLimiter(
  api: Api,
  { policies, trustedProxyHops, now, addressOf, onRefused }: RateLimitOptions,
): RateLimiter {
  const priceOf = pricing(api)
  const consume = createGcra(now)
  const keys = new WeakMap<Request, string>()
  const decisions = new Map<string, Decision>()
  let asked = 0

  // The plugin never tells its context which policy applies: the key carries it.
  const context: LimitContext = {
    init: () => undefined,
    increment(key) {
      const { policy, cost, caller } = parseKey(key)
      const decision = consume(`${policy} ${caller}`, policies[policy], cost)
      decisions.set(key, decision)
      if (!decision.allowed) onRefused(policy)
      const { requests } = policies[policy]
      return {
        count: decision.allowed ? requests - decision.remaining : requests + 1,
        nextReset: new Date(now() + decision.resetMs),
        start: now(),
      }
    },
    decrement: () => undefined,
    reset: () => undefined,
    kill: () => undefined,
  }

  return {
    plugin: rateLimit({
      context,
      max: (key) => policies[parseKey(key).policy].requests,
      duration: (key) => policies[parseKey(key).policy].windowMs,
      headers: false,
      // The default would give back what a refused or failed request cost: free guessing.
      countFailedRequest: true,
      errorResponse: new ProblemError('RATE_LIMITED', 'Too many requests: wait as long as Retry-After says.'),
      skip: (request) => !isLimited(pathOf(request.url)),
      generator(request) {
        const caller = callerAddress(request, addressOf(request), trustedProxyHops)
        // Numbered, so that two requests of one caller at once do not read each other's decision.
        const { policy, cost } = priceOf(request)
        const key = `${++asked}|${policy}|${cost}|${caller}`
        keys.set(request, key)
        return key
      },
    }),
    fieldsFor(request) {
      const key = keys.get(request)
      const decision = key === undefined ? undefined : decisions.get(key)
      if (key === undefined || !decision) return {}
      decisions.delete(key)
      return fields(parseKey(key).policy, policies, decision)
    },
  }
}

function isLimited(path: string): boolean {
  return path.startsWith(`${PREFIX}/`) || path.startsWith(`${ENDPOINT}/`)
}

function fields(policy: Cost, policies: Policies, decision: Decision): Record<string, string> {
  const { requests, windowMs } = policies[policy]
  return {
    'ratelimit-policy': `"${policy}";q=${requests};w=${windowMs / 1000}`,
    ratelimit: `"${policy}";r=${decision.remaining};t=${Math.ceil(decision.resetMs / 1000)}`,
    ...(!decision.allowed && { 'retry-after': String(Math.max(1, Math.ceil(decision.retryAfterMs / 1000))) }),
  }
}

interface Price {
  policy: Cost
  cost: number
}

const BY_STRICTNESS: readonly Cost[] = ['write', 'search', 'read']

/** A tRPC batch pays for each of its procedures, under the strictest policy among them. */
function pricing(api: Api): (request: Request) => Price {
  const operations = operationsOf(api)
  const byName = new Map(
    [...operations, ...subscriptionsOf(api)].map(({ name, operation }) => [name, operation.cost]),
  )
  const byRoute = new Map(
    [...operations.map(({ operation }) => operation), ...transfersOf()].map((operation) => {
      const [method, path] = splitRest(operation)
      return [`${method} ${PREFIX}${path}`, operation.cost]
    }),
  )
  return (request) => {
    const path = pathOf(request.url)
    const fallback = request.method === 'GET' || request.method === 'HEAD' ? 'read' : 'write'
    if (!path.startsWith(`${ENDPOINT}/`))
      return { policy: byRoute.get(`${request.method} ${path}`) ?? fallback, cost: 1 }
    const procedures = proceduresOf(path)
    const costs = new Set(procedures.map((name) => byName.get(name) ?? fallback))
    return { policy: BY_STRICTNESS.find((cost) => costs.has(cost)) ?? fallback, cost: procedures.length }
  }
}

function parseKey(key: string): Price & { caller: string } {
  const [, policy, cost, caller = ''] = key.split('|', 4)
  return { policy: policy as Cost, cost: Number(cost), caller }
}
