/**
 * The generic cell rate algorithm: one number per caller (the theoretical arrival time) gives a limit that
 * refills steadily, with no window edge at which twice the limit gets through at once.
 */
import { evictOldest } from './evict-oldest.ts'

export interface Rate {
  requests: number
  windowMs: number
}

export interface Decision {
  allowed: boolean
  remaining: number
  /** Until the whole limit is there again. */
  resetMs: number
  /** Until this very request would pass; 0 when it did. */
  retryAfterMs: number
}

export interface LimitedRequest {
  caller: string
  rate: Rate
  cost: number
}

/** More callers than this at once: the one seen longest ago is forgotten, which can only be in its favour. */
const MAX_CALLERS = 100_000

/** When each caller's limit is full again, in milliseconds since the epoch. */
export interface Arrivals {
  get: (caller: string) => number | undefined
  /** @returns false, and does nothing, when another process has set another value since `before` was got */
  replace: (caller: string, before: number | undefined, after: number) => boolean
}

export class Gcra {
  readonly #now: () => number
  readonly #arrivals: Arrivals

  /** @param arrivals where processes count together; without them this one counts for itself */
  constructor(now: () => number, arrivals: Arrivals = new OwnArrivals()) {
    this.#now = now
    this.#arrivals = arrivals
  }

  consume({ caller, rate, cost }: LimitedRequest): Decision {
    const price = (cost * rate.windowMs) / rate.requests
    for (;;) {
      const time = this.#now()
      const stored = this.#arrivals.get(caller)
      const before = Math.max(reachable(stored, rate, time) ?? 0, time)
      const allowed = before + price - rate.windowMs <= time
      const arrival = allowed ? before + price : before
      if (this.#arrivals.replace(caller, stored, arrival))
        return decision(rate, { allowed, resetMs: arrival - time, price })
    }
  }

  /** What is known to be refused already, without counting. */
  refusal({ caller, rate, cost }: LimitedRequest): Decision | undefined {
    const time = this.#now()
    const arrival = reachable(this.#arrivals.get(caller), rate, time)
    if (arrival === undefined) return undefined
    const resetMs = arrival - time
    const price = (cost * rate.windowMs) / rate.requests
    return resetMs > 0 && resetMs + price > rate.windowMs
      ? decision(rate, { allowed: false, resetMs, price })
      : undefined
  }

  /** Takes over another counter's result: when the caller's limit is full again. */
  learn(caller: string, arrivalAt: number): void {
    while (!this.#arrivals.replace(caller, this.#arrivals.get(caller), arrivalAt));
  }
}

/** None is further ahead than a window, unless the clock was set back: nothing is known of the caller then. */
function reachable(arrival: number | undefined, { windowMs }: Rate, time: number): number | undefined {
  return arrival !== undefined && arrival <= time + windowMs ? arrival : undefined
}

/** Of this process. */
class OwnArrivals implements Arrivals {
  readonly #byCaller = new Map<string, number>()
  readonly #forgetOldest = evictOldest(this.#byCaller)

  get(caller: string): number | undefined {
    return this.#byCaller.get(caller)
  }

  replace(caller: string, _before: number | undefined, after: number): true {
    this.#byCaller.delete(caller)
    this.#byCaller.set(caller, after)
    if (this.#byCaller.size > MAX_CALLERS) this.#forgetOldest()
    return true
  }
}

interface Counted {
  allowed: boolean
  resetMs: number
  /** What this request costs, in the time it takes to refill. */
  price: number
}

export function decision({ requests, windowMs }: Rate, { allowed, resetMs, price }: Counted): Decision {
  return {
    allowed,
    resetMs,
    // Fractions of a microsecond are lost on the way: they are not to make 599 out of 600 less one.
    remaining: Math.max(0, Math.floor(((windowMs - resetMs) * requests) / windowMs + 0.001)),
    retryAfterMs: allowed ? 0 : resetMs + price - windowMs,
  }
}
