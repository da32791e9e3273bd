/** Makes the deliveries that are due, of all endpoints at once, for as long as the server runs. */
import type { Logger } from '#server/platform/log.ts'
import type { Metrics } from '#server/platform/metrics.ts'
import type { AddressPolicy } from './address.ts'
import { delayMs } from './backoff.ts'
import { LEASE_MS, type Claim, type Outcome, type Queue } from './queue.ts'
import { ATTEMPT_TIMEOUT_MS, send, type Sent } from './send.ts'

/** Of one endpoint, in this process: a receiver that hangs keeps no other endpoint waiting. */
const MAX_IN_FLIGHT = 8
const POLL_MS = 500
const AFTER_ERROR_MS = 2_000
/** For attempts under way when the server stops; others wait for it as well. */
const STOP_GRACE_MS = 4_000

export interface CourierParts {
  queue: Queue
  policy: AddressPolicy
  log: Logger
  metrics: Metrics
}

export class Courier implements AsyncDisposable {
  readonly #parts: CourierParts
  readonly #counted: ReturnType<Metrics['counter']>
  readonly #stopping = new AbortController()
  readonly #inFlight = new Map<number, number>()
  readonly #attempts = new Set<Promise<void>>()
  readonly #running: Promise<void>
  #outcomes: Outcome[] = []
  #wake = Promise.withResolvers<void>()
  #isStopped = false

  constructor(parts: CourierParts) {
    this.#parts = parts
    this.#counted = parts.metrics.counter({
      name: 'adstock_webhook_attempts_total',
      help: 'Attempts to deliver an event, by what became of them',
      labels: ['outcome'],
    })
    this.#running = this.#run()
  }

  /** Attempts under way may end; what is left is delivered by another server, or after the next start. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopped = true
    this.#wake.resolve()
    await this.#running
    const grace = setTimeout(() => this.#stopping.abort(new Error('The server is stopping.')), STOP_GRACE_MS)
    await Promise.all(this.#attempts)
    clearTimeout(grace)
    if (this.#outcomes.length > 0) await this.#turn(() => 0).catch(() => {})
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      try {
        if (this.#outcomes.length === 0 && !(await this.#parts.queue.hasWork())) await this.#rest(POLL_MS)
        else if (!(await this.#turn((id) => MAX_IN_FLIGHT - (this.#inFlight.get(id) ?? 0))))
          await this.#rest(POLL_MS)
      } catch (error) {
        this.#parts.log.warn({ err: error }, 'webhooks wait for the database')
        await this.#rest(AFTER_ERROR_MS)
      }
    }
  }

  /** @returns whether there may be more to do at once */
  async #turn(capacity: (endpointId: number) => number): Promise<boolean> {
    const outcomes = this.#outcomes
    this.#outcomes = []
    // Before the lease begins, by a clock that no one sets.
    const startedAt = performance.now()
    const turn = await this.#parts.queue.turn(outcomes, capacity).catch((error: unknown) => {
      this.#outcomes.unshift(...outcomes)
      throw error
    })
    for (const { id, endpointId } of turn.parked)
      this.#parts.log.warn(
        { webhook: endpointId, delivery: id },
        'a webhook delivery was given up after a day',
      )
    for (const claim of turn.claims) this.#begin(claim, startedAt + LEASE_MS)
    return turn.claims.length > 0 || turn.isFull
  }

  #begin(claim: Claim, leaseEndsAt: number): void {
    const { endpointId } = claim
    this.#inFlight.set(endpointId, (this.#inFlight.get(endpointId) ?? 0) + 1)
    const attempt = this.#attempt(claim, leaseEndsAt).finally(() => {
      this.#inFlight.set(endpointId, (this.#inFlight.get(endpointId) ?? 1) - 1)
      this.#attempts.delete(attempt)
      this.#wake.resolve()
    })
    this.#attempts.add(attempt)
  }

  async #attempt(claim: Claim, leaseEndsAt: number): Promise<void> {
    // A process that was stopped in between has lost it: another server may be sending it.
    if (performance.now() + ATTEMPT_TIMEOUT_MS > leaseEndsAt) return
    const sent = await send(claim, this.#parts.policy, this.#stopping.signal)
    this.#counted.add({ outcome: sent.isDelivered ? 'delivered' : 'failed' })
    this.#outcomes.push(outcomeOf(claim, sent))
  }

  /** Until an attempt ends, at most so long. */
  async #rest(ms: number): Promise<void> {
    const timer = setTimeout(() => this.#wake.resolve(), ms)
    await this.#wake.promise
    clearTimeout(timer)
    if (!this.#isStopped) this.#wake = Promise.withResolvers()
  }
}

function outcomeOf(claim: Claim, { isDelivered, status, error, retryAfterMs }: Sent): Outcome {
  const retryInMs = isDelivered ? undefined : delayMs(claim.attempts, Math.random(), retryAfterMs)
  return { claim, status, error, retryInMs }
}
