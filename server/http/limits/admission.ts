/** Refuses, before any work, a caller beyond its rate limit and what exceeds the work that is in flight already. */
import { ProblemError } from '#server/errors.ts'
import { exchangeOf, type Exchange, type RequestCost } from '#server/http/exchange.ts'
import type { Fetch } from '#server/http/request-metrics.ts'
import { isWithoutHost } from '#server/http/address.ts'
import type { CostOf } from './request-cost.ts'
import { addLimitHeaders, type RateLimiter } from './rate-limit.ts'
import type { Shedding } from './shedding.ts'

export interface AdmissionOptions {
  costOf: CostOf
  /** The caller whose limits the request draws on. */
  rateLimitKey: (request: Request) => string | Promise<string>
  limiter: RateLimiter | undefined
  /** Whether the route itself has the request counted, by the plugin. */
  isCountedByRoute: (request: Request) => boolean
  shedding: Shedding
}

export function admission(options: AdmissionOptions): (fetch: Fetch) => Fetch {
  const { costOf, rateLimitKey, limiter, isCountedByRoute, shedding } = options
  const count = (limits: RateLimiter, request: Request, { caller, cost }: Admitted) => {
    const exchange = exchangeOf(request)
    const charge = { ...cost, caller }
    if (!isCountedByRoute(request)) return limits.count(exchange, charge)
    exchange.charge = charge
    return undefined
  }
  return (fetch) => {
    const refuse = (request: Request, refusal: unknown) => {
      exchangeOf(request).refusal = refusal
      return fetch(request)
    }
    const proceed = (request: Request, { caller, cost }: Admitted) => {
      if (isWithoutHost(request.url)) return refuse(request, new ProblemError('HOST_INVALID', HOST_INVALID))
      const slot = shedding.enter(caller, cost)
      if ('refusal' in slot) return refuse(request, slot.refusal)
      return slot.leaveAfter(fetch(request))
    }
    const admit = (request: Request, admitted: Admitted) => {
      if (!limiter) return proceed(request, admitted)
      const refusal = count(limiter, request, admitted)
      const decided = (late: unknown) =>
        late === undefined ? proceed(request, admitted) : refuse(request, late)
      const response = refusal instanceof Promise ? refusal.then(decided) : decided(refusal)
      return withLimitHeaders(exchangeOf(request), response)
    }
    return (request) => {
      const cost = costOf(request)
      if (!cost) return fetch(request)
      // Without limits the caller need not be known.
      const caller = limiter || cost.holdsOpen ? rateLimitKey(request) : ''
      return caller instanceof Promise
        ? caller.then((known) => admit(request, { caller: known, cost }))
        : admit(request, { caller, cost })
    }
  }
}

interface Admitted {
  caller: string
  cost: RequestCost
}

const HOST_INVALID = 'Send a Host header with a name, and perhaps a port.'

function withLimitHeaders(exchange: Exchange, response: Response | Promise<Response>) {
  const set = (answer: Response) => {
    const headers: Record<string, string> = {}
    addLimitHeaders(exchange, headers)
    for (const [name, value] of Object.entries(headers)) answer.headers.set(name, value)
    return answer
  }
  return response instanceof Promise ? response.then(set) : set(response)
}
