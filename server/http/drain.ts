/**
 * How a server leaves without a failed request: it says so on `/readyz`, serves on until a balancer has had time to
 * hear that, and only then takes no more connections and finishes what is in flight.
 */
import type { Server } from 'bun'
import { openConnections } from './open-connections.ts'
import type { Fetch } from './request-metrics.ts'

/** A balancer asks far more often than this: without a question for so long there is none. */
const WATCHED_MS = 30_000
/** Several questions of a balancer that asks every half second. */
const NOTICE_MS = 2_000
/** Idle connections are closed in less by themselves; an upload or a file may take longer. */
const HANDOVER_TIMEOUT_MS = 300_000
/** For what was given to this socket, before new connections went elsewhere, to be taken from its queue. */
const QUEUE_MS = 200
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
  /** Where other servers go on at this address: called when no more connections come here. */
  onClosed: (() => void) | undefined
}

export async function drainServer(
  server: Server<undefined>,
  { answer, readiness, stopping, onClosed }: Draining,
): Promise<void> {
  // A kept connection that is closed while a request comes in on it would lose that request.
  server.reload({
    fetch: async (request) => {
      const response = await answer(request)
      response.headers.set('connection', 'close')
      return response
    },
  })
  if (onClosed) return await handOver(server, stopping, onClosed)
  await readiness.leave()
  stopping.abort()
  await finishRequests(server)
}

/**
 * Each connection ends by itself, after its next answer or when it has been idle: Bun would close idle ones at once, and
 * a request may just come in on one.
 */
async function handOver(server: Server<undefined>, stopping: AbortController, onClosed: () => void) {
  await Bun.sleep(QUEUE_MS)
  stopping.abort()
  const giveUpAt = performance.now() + HANDOVER_TIMEOUT_MS
  while (openConnections(Number(server.url.port)) > 0 && performance.now() < giveUpAt)
    await Bun.sleep(QUEUE_MS)
  void server.stop()
  onClosed()
}

/** Bun's own graceful stop also waits for idle keep-alive connections: those need no waiting for. */
async function finishRequests(server: Server<undefined>): Promise<void> {
  void server.stop()
  const giveUpAt = performance.now() + FINISH_TIMEOUT_MS
  while (server.pendingRequests > 0 && performance.now() < giveUpAt) await Bun.sleep(POLL_MS)
}
