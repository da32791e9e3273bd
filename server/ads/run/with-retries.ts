/** A single question to the other side, outside the pool of workers: asked again as retry.ts says. */
import { setTimeout as sleep } from 'node:timers/promises'
import { toFailure, type Failure } from '#server/ads/errors.ts'
import type { RequestContext } from '#server/ads/google/client.ts'
import { decide, type Decision } from './retry.ts'

export interface Refusal {
  failure: Failure
  decision: Exclude<Decision, { do: 'retry' }>
}

export interface RetryOptions {
  signal: AbortSignal
  random: () => number
  /** Told of each failure that is waited out, and of the end of waiting. */
  onWait?: ((waiting: { failure: Failure; afterMs: number } | undefined) => void) | undefined
}

/** Each lasts a whole time-out. */
const MAX_SILENCES = 3

/** @returns the answer, or why there is none. @throws the signal's reason */
export async function withRetries<T>(
  ask: (asking: RequestContext) => Promise<T>,
  { signal, random, onWait }: RetryOptions,
): Promise<T | Refusal> {
  let silences = 0
  for (let attempt = 1; ; attempt++) {
    try {
      const answer = await ask({ signal, meter: { requests: 0, units: 0 } })
      onWait?.(undefined)
      return answer
    } catch (error) {
      signal.throwIfAborted()
      const failure = toFailure(error)
      silences = failure.silent ? silences + 1 : 0
      if (silences >= MAX_SILENCES) return { failure, decision: { do: 'stop', scope: 'run' } }
      const decision = decide(failure, attempt, random)
      if (decision.do !== 'retry') return { failure, decision }
      onWait?.({ failure, afterMs: decision.afterMs })
      // Its own rejection would not be the signal's reason.
      await sleep(decision.afterMs, undefined, { signal }).catch(() => signal.throwIfAborted())
    }
  }
}
