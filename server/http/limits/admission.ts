/** Around everything under a limit: who asks too often or comes when too much is in hand is refused before any work. */
import { ProblemError } from '#server/errors.ts'
import type { Fetch } from '#server/http/request-metrics.ts'
import { isWithoutHost } from '#server/http/problem.ts'
import type { PriceOf } from './request-cost.ts'
import type { RateLimiter } from './rate-limit.ts'
import type { Shedding } from './shedding.ts'

export interface Admission {
  around: (fetch: Fetch) => Fetch
  /** @throws what the request is refused with; to be called once its route is known */
  check: (request: Request) => void
}

export interface AdmissionOptions {
  priceOf: PriceOf
  callerOf: (request: Request) => string | Promise<string>
  limiter: RateLimiter | undefined
  shedding: Shedding
}

export function createAdmission({ priceOf, callerOf, limiter, shedding }: AdmissionOptions): Admission {
  const refusals = new WeakMap<Request, unknown>()
  return {
    check(request) {
      const refusal = refusals.get(request)
      if (refusal !== undefined) throw refusal
    },
    around: (fetch) => (request) => {
      const price = priceOf(request)
      if (!price) return fetch(request)
      const refused = (refusal: unknown) => {
        refusals.set(request, refusal)
        return fetch(request)
      }
      const proceed = (caller: string) => {
        if (isWithoutHost(request.url))
          return refused(
            new ProblemError('HOST_INVALID', 'Send a Host header with a name, and perhaps a port.'),
          )
        const place = shedding.enter(caller, price)
        if ('refusal' in place) return refused(place.refusal)
        return place.leaveAfter(fetch(request))
      }
      const admit = (caller: string) => {
        const waiting = limiter?.ask(request, { ...price, caller })
        return waiting
          ? waiting.then((refusal) => (refusal === undefined ? proceed(caller) : refused(refusal)))
          : proceed(caller)
      }
      // Where nobody counts, nobody need know.
      const caller = limiter || price.opens ? callerOf(request) : ''
      const response = caller instanceof Promise ? caller.then(admit) : admit(caller)
      if (!limiter) return response
      const marked = (answer: Response) => {
        limiter.mark(request, answer)
        return answer
      }
      return response instanceof Promise ? response.then(marked) : marked(response)
    },
  }
}
