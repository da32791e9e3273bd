/**
 * How many requests may be under way, and how many retries a run may still afford. Google publishes no rates:
 * its advice is to adjust, so a limit falls by half when it says "slow down" and grows by one per round that
 * went well. Values in, values out.
 */

export interface Pace {
  /** The bound on requests under way; a fraction, so that it can grow slowly. */
  limit: number
  max: number
  /** Answers to requests sent before this instant say nothing of the present limit. */
  slowedAtMs: number
  /** Retries left. Each success earns one back, so a bad hour cannot multiply the load. */
  budget: number
  /** Since the last success: how often the other side was not there, or not well. */
  outagesInRow: number
}

const RETRY_BUDGET = 100
/** At 30% random faults this many in a row come once in 170,000 requests: it is an outage. */
const OUTAGE_FAILURES = 10
/** Together with the pauses between them, about 45 seconds. */
const OUTAGE_PROBES = 9
const FIRST_PAUSE_MS = 250
const MAX_PAUSE_MS = 10_000

export function startPace(max: number): Pace {
  return { limit: max, max, slowedAtMs: Number.NEGATIVE_INFINITY, budget: RETRY_BUDGET, outagesInRow: 0 }
}

export function afterSuccess(pace: Pace): Pace {
  const grown = pace.limit + 1 / pace.limit
  // An outage says nothing of how much is welcome once it is over.
  const limit = pace.outagesInRow >= OUTAGE_FAILURES ? Math.max(grown, pace.max / 2) : grown
  return {
    ...pace,
    limit: Math.min(pace.max, limit),
    budget: Math.min(RETRY_BUDGET, pace.budget + 1),
    outagesInRow: 0,
  }
}

/** A date failed of something that passes by itself: does the budget allow another try? */
export function afterFault(pace: Pace): { pace: Pace; mayRetry: boolean } {
  if (pace.budget < 1) return { pace, mayRetry: false }
  return { pace: { ...pace, budget: pace.budget - 1 }, mayRetry: true }
}

export type Outage = 'none' | 'over-long' | { pauseMs: number }

/**
 * The server was unreachable. Many times in a row that is an outage: a circuit breaker pauses all requests, longer each
 * time, and one request probes, until it succeeds or the limit is reached.
 */
export function afterOutageSign(pace: Pace): { pace: Pace; outage: Outage } {
  const outagesInRow = pace.outagesInRow + 1
  const probes = outagesInRow - OUTAGE_FAILURES
  if (probes < 0) return { pace: { ...pace, outagesInRow }, outage: 'none' }
  const outage: Outage =
    probes >= OUTAGE_PROBES ? 'over-long' : { pauseMs: Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** probes) }
  return { pace: { ...pace, outagesInRow, limit: 1 }, outage }
}

/** The other side asked for less. One burst of refusals is one message, not one per request. */
export function afterThrottle(pace: Pace, at: { sentMs: number; nowMs: number }): Pace {
  if (at.sentMs <= pace.slowedAtMs) return pace
  return { ...pace, limit: Math.max(1, pace.limit / 2), slowedAtMs: at.nowMs }
}
