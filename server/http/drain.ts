/**
 * How a server leaves without a failed request: it says so on `/readyz`, serves on until a balancer has had time to
 * hear that, and only then takes no more connections and finishes what is in flight.
 */
import type { Server } from 'bun'
import type { Fetch } from './request-metrics.ts'

/** A balancer asks far more often than this: without a question for so long there is none. */
const WATCHED_MS = 30_000
/** Several questions of a balancer that asks every half second. */
const NOTICE_MS = 2_000
/** With the notice, and what is closed afterwards, less than the ten seconds that others allow a container. */
const FINISH_TIMEOUT_MS = 6_000
const POLL_MS = 20

export class Readiness {
  #askedAtMs = -Infinity
  #leaving = false

  /** Whether traffic may be sent here. */
  ask(): boolean {
    this.#askedAtMs = performance.now()
    return !this.#leaving
  }

  /** Resolves when a watching balancer has had time to notice; at once when none polls `/readyz`. */
  async leave(): Promise<void> {
    this.#leaving = true
    if (performance.now() - this.#askedAtMs < WATCHED_MS) await Bun.sleep(NOTICE_MS)
  }
}

export interface Draining {
  /** What the server has answered with until now. */
  answer: Fetch
  readiness: Readiness
  /** Aborted when no new requests come: streams, which never end by themselves, end then. */
  stopping: AbortController
}

export async function drainServer(
  server: Server<undefined>,
  { answer, readiness, stopping }: Draining,
): Promise<void> {
  // A kept connection that is closed while a request comes in on it would lose that request.
  server.reload({
    fetch: async (request) => {
      const response = await answer(request)
      response.headers.set('connection', 'close')
      return response
    },
  })
  await readiness.leave()
  stopping.abort()
  await finishRequests(server)
}

/** Bun's own graceful stop also waits for idle keep-alive connections: those need no waiting for. */
async function finishRequests(server: Server<undefined>): Promise<void> {
  void server.stop()
  const giveUpAt = performance.now() + FINISH_TIMEOUT_MS
  while (server.pendingRequests > 0 && performance.now() < giveUpAt) await Bun.sleep(POLL_MS)
}
