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

/** The plugin's own fields, which would tell of it, are off. */
const EPOCH = new Date(0)

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

/** The plugin refuses from the second of one on: what is decided here, it is told as a count. */
const MAX = 1
const COUNTS: Record<string, number> = { allowed: MAX, refused: MAX + 1 }

export function createRateLimiter(
  api: Api,
  { policies, trustedProxyHops, now, addressOf, onRefused }: RateLimitOptions,
): RateLimiter {
  const priceOf = pricing(api)
  const consume = createGcra(now)
  const decided = new WeakMap<Request, { policy: Cost; decision: Decision }>()

  // The plugin never shows its context the request, only the key: so the key is the decision.
  const context: LimitContext = {
    init: () => undefined,
    increment: (key) => ({ count: COUNTS[key] ?? MAX, nextReset: EPOCH, start: 0 }),
    decrement: () => undefined,
    reset: () => undefined,
    kill: () => undefined,
  }

  return {
    plugin: rateLimit({
      context,
      max: MAX,
      duration: 1,
      headers: false,
      // The default would give back what a refused or failed request cost: free guessing.
      countFailedRequest: true,
      errorResponse: new ProblemError('RATE_LIMITED', 'Too many requests: wait as long as Retry-After says.'),
      skip: (request) => !isLimited(pathOf(request.url)),
      generator(request) {
        const caller = callerAddress(request, addressOf(request), trustedProxyHops)
        const { policy, cost } = priceOf(request)
        const decision = consume(`${policy} ${caller}`, policies[policy], cost)
        decided.set(request, { policy, decision })
        if (decision.allowed) return 'allowed'
        onRefused(policy)
        return 'refused'
      },
    }),
    fieldsFor(request) {
      const found = decided.get(request)
      return found ? fields(found.policy, policies, found.decision) : {}
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
