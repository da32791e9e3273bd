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
  failuresInRow: number
}

const RETRY_BUDGET = 100
/** At 30% random faults this many in a row come once in 170,000 requests: it is an outage, so probe with one. */
const OUTAGE_FAILURES = 10

export function startPace(max: number): Pace {
  return { limit: max, max, slowedAtMs: Number.NEGATIVE_INFINITY, budget: RETRY_BUDGET, failuresInRow: 0 }
}

export function afterSuccess(pace: Pace): Pace {
  return {
    ...pace,
    limit: Math.min(pace.max, pace.limit + 1 / pace.limit),
    budget: Math.min(RETRY_BUDGET, pace.budget + 1),
    failuresInRow: 0,
  }
}

/** A failure that passes by itself. @returns also whether the budget still allows a retry */
export function afterFault(pace: Pace): { pace: Pace; mayRetry: boolean } {
  const failuresInRow = pace.failuresInRow + 1
  const limit = failuresInRow >= OUTAGE_FAILURES ? 1 : pace.limit
  const mayRetry = pace.budget >= 1
  return { pace: { ...pace, limit, failuresInRow, budget: pace.budget - (mayRetry ? 1 : 0) }, mayRetry }
}

/** The other side asked for less. One burst of refusals is one message, not one per request. */
export function afterThrottle(pace: Pace, at: { sentMs: number; nowMs: number }): Pace {
  if (at.sentMs <= pace.slowedAtMs) return pace
  return { ...pace, limit: Math.max(1, pace.limit / 2), slowedAtMs: at.nowMs }
}
