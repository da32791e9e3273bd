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
}

/** @returns the answer, or why there is none. @throws the signal's reason */
export async function withRetries<T>(
  ask: (asking: RequestContext) => Promise<T>,
  { signal, random }: RetryOptions,
): Promise<T | Refusal> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask({ signal, meter: { requests: 0, units: 0 } })
    } catch (error) {
      signal.throwIfAborted()
      const failure = toFailure(error)
      const decision = decide(failure, attempt, random)
      if (decision.do !== 'retry') return { failure, decision }
      // Its own rejection would not be the signal's reason.
      await sleep(decision.afterMs, undefined, { signal }).catch(() => signal.throwIfAborted())
    }
  }
}
