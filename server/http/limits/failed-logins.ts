import { ProblemError } from '#server/errors.ts'
import { prefixOf } from '#server/keys/key.ts'
import type { Gcra } from '#server/platform/gcra.ts'
import { callerAddress } from './caller-address.ts'

export interface FailedLoginOptions {
  /** False when nothing is limited. */
  limited: boolean
  trustedProxyHops: number
  /** The address and the key of what was refused. */
  attempts: Gcra
  addressOf: (request: Request) => string | undefined
  onFailed: (reason: 'invalid' | 'limited') => void
}

/** Wrong keys from one address, or with one public part. They cannot be guessed; but each is a question to the database. */
const ATTEMPTS = { requests: 20, windowMs: 60_000 }

/** A right key is let in whatever came before it: no stranger behind the same proxy can lock another caller out. */
export function createFailedLogins({
  limited,
  trustedProxyHops,
  attempts,
  addressOf,
  onFailed,
}: FailedLoginOptions) {
  const inTurn = oneByOne()
  const callersOf = (request: Request, key: string) => {
    const prefix = prefixOf(key)
    const address = `address ${callerAddress(request, addressOf(request), trustedProxyHops)}`
    return prefix === undefined ? [address] : [address, `key ${prefix}`]
  }
  /** Until the next attempt would be counted; 0 below the limit. */
  const waitMs = (caller: string, cost: number): number => {
    const { remaining, resetMs } = attempts.consume({ caller, rate: ATTEMPTS, cost })
    return remaining > 0 ? 0 : resetMs + ATTEMPTS.windowMs / ATTEMPTS.requests - ATTEMPTS.windowMs
  }
  const waitOf = (request: Request, key: string, cost: number) =>
    Math.max(...callersOf(request, key).map((caller) => waitMs(caller, cost)))
  return {
    /** Beyond the limit keys are looked up one after the other, so that a flood of wrong ones is one query at a time. */
    lookUp<T>(request: Request, key: string, find: () => Promise<T>): Promise<T> {
      return limited && waitOf(request, key, 0) > 0 ? inTurn(find) : find()
    },

    /** @returns what a wrong key is refused with, when there were too many of them */
    record(request: Request, key: string): ProblemError | undefined {
      const wait = limited ? waitOf(request, key, 0) : 0
      if (limited) waitOf(request, key, 1)
      onFailed(wait > 0 ? 'limited' : 'invalid')
      if (wait <= 0) return undefined
      return new ProblemError('RATE_LIMITED', 'Too many wrong keys: wait as long as Retry-After says.', {
        retry_after: Math.max(1, Math.ceil(wait / 1000)),
      })
    },
  }
}

function oneByOne(): <T>(ask: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (ask) => {
    const turn = last.then(ask, ask)
    last = turn
    // Its own caller hears of it.
    turn.catch(() => {})
    return turn
  }
}
