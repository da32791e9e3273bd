/**
 * What to do about a failure: a pure table. Retried is only what is known to pass by itself; waiting times
 * have full jitter, so that dates which failed together do not come back together.
 */
import type { Failure, FailureCode } from '#server/ads/errors.ts'

export type Decision =
  | { do: 'retry'; afterMs: number }
  /** This date is failed, the others go on. */
  | { do: 'fail' }
  /** Every date of this scope would fail alike. */
  | { do: 'stop'; scope: StopScope }
  | { do: 'park'; afterMs: number }

export type StopScope = 'report' | 'customer' | 'run'

type Policy = 'back-off' | 'wait' | 'fail' | 'park' | `stop-${StopScope}`

const POLICY: Readonly<Record<FailureCode, Policy>> = {
  TIMEOUT: 'back-off',
  NETWORK: 'back-off',
  BROKEN_STREAM: 'back-off',
  SERVER_ERROR: 'back-off',
  PAGE_TOKEN_EXPIRED: 'back-off',
  // A date that kills its worker takes its neighbours along: they must outlast it.
  WORKER_DIED: 'back-off',
  RATE_LIMITED: 'wait',
  QUOTA_EXHAUSTED: 'park',
  INVALID_ROWS: 'fail',
  SOURCE_ERROR: 'fail',
  REQUEST_REFUSED: 'stop-report',
  REPORT_INVALID: 'stop-report',
  AUTHORIZATION_FAILED: 'stop-customer',
  ACCOUNT_CLOSED: 'stop-customer',
  AUTHENTICATION_FAILED: 'stop-run',
  OAUTH_FAILED: 'stop-run',
  NOT_SERVED: 'stop-run',
  STORE_UNWRITABLE: 'stop-run',
  NOTHING_TO_FETCH: 'stop-run',
}

/** High, because a date costs little and at 30% faults 5 attempts would lose one date in 400; the budget bounds the sum. */
export const MAX_ATTEMPTS = 12
const BASE_MS = 200
/** Short, because a whole service that is away is waited for by pacing.ts, for all dates at once. */
const MAX_BACK_OFF_MS = 2_000
const UNTOLD_WAIT_MS = 5_000
/** The longest wait Google prescribes for a pattern of queries is 30 minutes; what asks for more is a quota. */
const MAX_WAIT_MS = 35 * 60_000
/** The daily quota is a sliding window of 24 hours. */
const DAY_MS = 24 * 3_600_000

/** @param attempt how often this date was tried, from 1 · @param random in [0, 1) */
export function decide(failure: Failure, attempt: number, random: () => number): Decision {
  const policy = POLICY[failure.code]
  const { retryAfterMs } = failure
  switch (policy) {
    case 'park':
      return { do: 'park', afterMs: retryAfterMs ?? DAY_MS }
    case 'wait':
      if (retryAfterMs !== undefined && retryAfterMs > MAX_WAIT_MS)
        return { do: 'park', afterMs: retryAfterMs }
      return attempt < MAX_ATTEMPTS
        ? { do: 'retry', afterMs: (retryAfterMs ?? UNTOLD_WAIT_MS) + fullJitter(attempt, random) }
        : { do: 'fail' }
    case 'back-off':
      return attempt < MAX_ATTEMPTS
        ? { do: 'retry', afterMs: Math.max(retryAfterMs ?? 0, fullJitter(attempt, random)) }
        : { do: 'fail' }
    case 'fail':
      return { do: 'fail' }
    default:
      return { do: 'stop', scope: policy.slice('stop-'.length) as StopScope }
  }
}

function fullJitter(attempt: number, random: () => number): number {
  return Math.round(random() * Math.min(MAX_BACK_OFF_MS, BASE_MS * 2 ** attempt))
}
