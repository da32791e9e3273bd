import { ProblemError } from '#server/errors.ts'
import { Gcra } from './gcra.ts'
import { callerAddress } from './caller-address.ts'

export interface FailedLoginOptions {
  /** False when nothing is limited. */
  limited: boolean
  trustedProxyHops: number
  now: () => number
  addressOf: (request: Request) => string | undefined
  onFailed: (reason: 'invalid' | 'limited') => void
}

/** Wrong keys from one address. They cannot be guessed; but each that has their shape is a question to the database. */
const ATTEMPTS = { requests: 20, windowMs: 60_000 }

export function createFailedLogins({
  limited,
  trustedProxyHops,
  now,
  addressOf,
  onFailed,
}: FailedLoginOptions) {
  const gcra = new Gcra(now)
  const addressed = (request: Request) => callerAddress(request, addressOf(request), trustedProxyHops)
  return {
    /** @throws ProblemError when there were too many wrong keys: then not even a right one is looked up */
    assertBelowLimit(request: Request): void {
      if (!limited) return
      const { remaining, resetMs } = gcra.consume({ caller: addressed(request), rate: ATTEMPTS, cost: 0 })
      if (remaining > 0) return
      onFailed('limited')
      const untilNextMs = resetMs + ATTEMPTS.windowMs / ATTEMPTS.requests - ATTEMPTS.windowMs
      throw new ProblemError('RATE_LIMITED', 'Too many wrong keys: wait as long as Retry-After says.', {
        retry_after: Math.max(1, Math.ceil(untilNextMs / 1000)),
      })
    },

    record(request: Request): void {
      onFailed('invalid')
      if (limited) gcra.consume({ caller: addressed(request), rate: ATTEMPTS, cost: 1 })
    },
  }
}
