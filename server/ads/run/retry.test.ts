import { expect, test } from 'bun:test'
import type { Failure, FailureCode } from '#server/ads/errors.ts'
import { decide, MAX_ATTEMPTS, type Decision } from './retry.ts'

const of = (code: FailureCode, more: Partial<Failure> = {}): Failure => ({ code, detail: '', ...more })
const DAY_MS = 86_400_000

const TABLE: [failure: Failure, attempt: number, random: number, expected: Decision][] = [
  [of('TIMEOUT'), 1, 0.5, { do: 'retry', afterMs: 200 }],
  [of('NETWORK'), 2, 0.5, { do: 'retry', afterMs: 400 }],
  [of('BROKEN_STREAM'), 3, 0, { do: 'retry', afterMs: 0 }],
  [of('SERVER_ERROR'), 11, 0.999, { do: 'retry', afterMs: 1998 }],
  [of('SERVER_ERROR'), MAX_ATTEMPTS, 0.5, { do: 'fail' }],
  [of('SERVER_ERROR', { retryAfterMs: 3000 }), 1, 0.5, { do: 'retry', afterMs: 3000 }],
  [of('PAGE_TOKEN_EXPIRED'), 1, 0, { do: 'retry', afterMs: 0 }],
  [of('RATE_LIMITED', { retryAfterMs: 2500 }), 1, 0.5, { do: 'retry', afterMs: 2700 }],
  [of('RATE_LIMITED'), 1, 0, { do: 'retry', afterMs: 5000 }],
  [of('RATE_LIMITED', { retryAfterMs: 40_591_000 }), 1, 0, { do: 'park', afterMs: 40_591_000 }],
  [of('QUOTA_EXHAUSTED', { retryAfterMs: 40_591_000 }), 1, 0, { do: 'park', afterMs: 40_591_000 }],
  [of('QUOTA_EXHAUSTED'), 1, 0, { do: 'park', afterMs: DAY_MS }],
  [of('WORKER_DIED'), 1, 0.5, { do: 'retry', afterMs: 200 }],
  [of('WORKER_DIED'), MAX_ATTEMPTS, 0, { do: 'fail' }],
  [of('INVALID_ROWS'), 1, 0, { do: 'fail' }],
  [of('SOURCE_ERROR'), 1, 0, { do: 'fail' }],
  [of('REQUEST_REFUSED'), 1, 0, { do: 'stop', scope: 'report' }],
  [of('AUTHORIZATION_FAILED'), 1, 0, { do: 'stop', scope: 'customer' }],
  [of('AUTHENTICATION_FAILED'), 1, 0, { do: 'stop', scope: 'run' }],
  [of('OAUTH_FAILED'), 1, 0, { do: 'stop', scope: 'run' }],
  [of('NOT_SERVED'), 1, 0, { do: 'stop', scope: 'run' }],
  [of('STORE_UNWRITABLE'), 1, 0, { do: 'stop', scope: 'run' }],
]

for (const [failure, attempt, random, expected] of TABLE) {
  test(`${failure.code} at attempt ${attempt}: ${JSON.stringify(expected)}`, () => {
    expect(decide(failure, attempt, () => random)).toEqual(expected)
  })
}
