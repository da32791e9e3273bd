/**
 * The generic cell rate algorithm: one number per caller (the theoretical arrival time) gives a limit that
 * refills steadily, with no window edge at which twice the limit gets through at once.
 */
import { oldestFirst } from './oldest.ts'

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

/** More callers than this at once: the one seen longest ago is forgotten, which can only be in its favour. */
const MAX_CALLERS = 100_000

export function createGcra(now: () => number) {
  const arrivals = new Map<string, number>()
  const forgetOldest = oldestFirst(arrivals)

  return function consume(caller: string, { requests, windowMs }: Rate, cost: number): Decision {
    const time = now()
    const interval = windowMs / requests
    const before = Math.max(arrivals.get(caller) ?? 0, time)
    const after = before + cost * interval
    const early = after - windowMs - time
    const allowed = early <= 0
    const arrival = allowed ? after : before
    arrivals.delete(caller)
    arrivals.set(caller, arrival)
    if (arrivals.size > MAX_CALLERS) forgetOldest()
    return {
      allowed,
      remaining: Math.max(0, Math.floor((windowMs - (arrival - time)) / interval)),
      resetMs: arrival - time,
      retryAfterMs: Math.max(0, early),
    }
  }
}
