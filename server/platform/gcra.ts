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

/** Counts in this process. */
export class Gcra {
  readonly #now: () => number
  readonly #arrivals = new Map<string, number>()
  readonly #forgetOldest = evictOldest(this.#arrivals)

  constructor(now: () => number) {
    this.#now = now
  }

  consume({ caller, rate, cost }: LimitedRequest): Decision {
    const time = this.#now()
    const before = Math.max(this.#arrivalOf(caller, rate, time) ?? 0, time)
    const price = (cost * rate.windowMs) / rate.requests
    const allowed = before + price - rate.windowMs <= time
    const arrival = allowed ? before + price : before
    this.#keep(caller, arrival)
    return decision(rate, { allowed, resetMs: arrival - time, price })
  }

  /** What is known to be refused already, without counting. */
  refusal({ caller, rate, cost }: LimitedRequest): Decision | undefined {
    const time = this.#now()
    const arrival = this.#arrivalOf(caller, rate, time)
    if (arrival === undefined) return undefined
    const resetMs = arrival - time
    const price = (cost * rate.windowMs) / rate.requests
    return resetMs > 0 && resetMs + price > rate.windowMs
      ? decision(rate, { allowed: false, resetMs, price })
      : undefined
  }

  /** Takes over another counter's result: when the caller's limit is full again. */
  learn(caller: string, arrivalAt: number): void {
    this.#keep(caller, arrivalAt)
  }

  /** None is further ahead than a window, unless the clock was set back: nothing is known of the caller then. */
  #arrivalOf(caller: string, { windowMs }: Rate, time: number): number | undefined {
    const arrival = this.#arrivals.get(caller)
    return arrival !== undefined && arrival <= time + windowMs ? arrival : undefined
  }

  #keep(caller: string, arrival: number): void {
    this.#arrivals.delete(caller)
    this.#arrivals.set(caller, arrival)
    if (this.#arrivals.size > MAX_CALLERS) this.#forgetOldest()
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
