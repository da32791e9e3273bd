/** Refuses, before any work, a caller beyond its rate limit and what exceeds the work that is in flight already. */
import { ProblemError } from '#server/errors.ts'
import { exchangeOf, type Exchange } from '#server/http/exchange.ts'
import type { Fetch } from '#server/http/request-metrics.ts'
import { isWithoutHost } from '#server/http/problem.ts'
import type { CostOf } from './request-cost.ts'
import { setLimitHeaders, type RateLimiter } from './rate-limit.ts'
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
  return (fetch) => (request) => {
    const cost = costOf(request)
    if (!cost) return fetch(request)
    const exchange = exchangeOf(request)
    const refused = (refusal: unknown) => {
      exchange.refusal = refusal
      return fetch(request)
    }
    const proceed = (caller: string) => {
      if (isWithoutHost(request.url)) return refused(new ProblemError('HOST_INVALID', HOST_INVALID))
      const slot = shedding.enter(caller, cost)
      if ('refusal' in slot) return refused(slot.refusal)
      return slot.leaveAfter(fetch(request))
    }
    const admit = (caller: string) => {
      const charge = { ...cost, caller }
      if (!limiter) return proceed(caller)
      if (isCountedByRoute(request)) {
        exchange.charge = charge
        return proceed(caller)
      }
      const refusal = limiter.count(exchange, charge)
      const decided = (late: unknown) => (late === undefined ? proceed(caller) : refused(late))
      return refusal instanceof Promise ? refusal.then(decided) : decided(refusal)
    }
    // Without limits the caller need not be known.
    const caller = limiter || cost.holdsOpen ? rateLimitKey(request) : ''
    const response = caller instanceof Promise ? caller.then(admit) : admit(caller)
    return limiter ? withLimitHeaders(exchange, response) : response
  }
}

const HOST_INVALID = 'Send a Host header with a name, and perhaps a port.'

function withLimitHeaders(exchange: Exchange, response: Response | Promise<Response>) {
  const set = (answer: Response) => {
    setLimitHeaders(exchange, answer)
    return answer
  }
  return response instanceof Promise ? response.then(set) : set(response)
}
