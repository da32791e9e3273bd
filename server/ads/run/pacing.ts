/**
 * How many requests may be under way, and how many retries a run may still afford. Google publishes no rates:
 * its advice is to adjust, so a limit falls by half when it says "slow down" and grows by one per round that
 * went well. Values in, values out.
 */
import type { Failure } from '#server/ads/errors.ts'

export interface Pace {
  /** The bound on requests under way; a fraction, so that it can grow slowly. */
  limit: number
  max: number
  /** Answers to requests sent before this instant say nothing of the present limit. */
  slowedAtMs: number
  /** Retries left. Each success earns one back, so a bad hour cannot multiply the load. */
  budget: number
  /** Since the last success: how much there was to be seen of the other side being away, or not well. */
  outageWeight: number
  outage: { sinceMs: number; probes: number } | undefined
}

const RETRY_BUDGET = 100
/**
 * At 30% random faults ten in a row come once in 170,000 requests: it is an outage. A silence lasts a whole time-out, so
 * three of them are enough.
 */
const OUTAGE_WEIGHT = 30
const WEIGHT_OF = { fault: 3, silence: 10 } as const
/** A probe may take a whole time-out as well, so they are bounded by number and by time. */
const OUTAGE_PROBES = 9
const MAX_OUTAGE_MS = 45_000
const FIRST_PAUSE_MS = 250
const MAX_PAUSE_MS = 10_000

export function startPace(max: number): Pace {
  return {
    limit: max,
    max,
    slowedAtMs: Number.NEGATIVE_INFINITY,
    budget: RETRY_BUDGET,
    outageWeight: 0,
    outage: undefined,
  }
}

export function afterSuccess(pace: Pace): Pace {
  const grown = pace.limit + 1 / pace.limit
  // An outage says nothing of how much is welcome once it is over.
  const limit = pace.outage ? Math.max(grown, pace.max / 2) : grown
  return {
    ...pace,
    limit: Math.min(pace.max, limit),
    budget: Math.min(RETRY_BUDGET, pace.budget + 1),
    outageWeight: 0,
    outage: undefined,
  }
}

/** A date failed of something that passes by itself: does the budget allow another try? */
export function afterFault(pace: Pace): { pace: Pace; mayRetry: boolean } {
  if (pace.budget < 1) return { pace, mayRetry: false }
  return { pace: { ...pace, budget: pace.budget - 1 }, mayRetry: true }
}

export type Outage = 'none' | 'known' | 'over-long' | { pauseMs: number }

export interface OutageSign {
  kind: keyof typeof WEIGHT_OF
  sentMs: number
  nowMs: number
}

/**
 * The server was unreachable, or said nothing. Many times in a row that is an outage: a circuit breaker pauses all
 * requests, longer each time, and one request probes, until it succeeds or the limit is reached. What was sent before
 * the outage was known is no probe.
 */
export function afterOutageSign(pace: Pace, sign: OutageSign): { pace: Pace; outage: Outage } {
  const { kind, sentMs, nowMs } = sign
  const outageWeight = pace.outageWeight + WEIGHT_OF[kind]
  if (outageWeight < OUTAGE_WEIGHT) return { pace: { ...pace, outageWeight }, outage: 'none' }
  const { sinceMs, probes } = pace.outage ?? { sinceMs: nowMs, probes: 0 }
  if (pace.outage && sentMs < sinceMs) return { pace, outage: 'known' }
  const isOverLong = probes >= OUTAGE_PROBES || nowMs - sinceMs >= MAX_OUTAGE_MS
  const outage = isOverLong ? 'over-long' : { pauseMs: Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** probes) }
  return { pace: { ...pace, outageWeight, outage: { sinceMs, probes: probes + 1 }, limit: 1 }, outage }
}

/** Whether a failure speaks of the other side as a whole, not of one date. */
export function outageSignIn({ code, silent }: Failure): OutageSign['kind'] | undefined {
  if (silent) return 'silence'
  return code === 'NETWORK' || code === 'SERVER_ERROR' ? 'fault' : undefined
}

/** The other side asked for less. One burst of refusals is one message, not one per request. */
export function afterThrottle(pace: Pace, at: { sentMs: number; nowMs: number }): Pace {
  if (at.sentMs <= pace.slowedAtMs) return pace
  return { ...pace, limit: Math.max(1, pace.limit / 2), slowedAtMs: at.nowMs }
}
