/** Server-sent events: an operation's stream as an HTTP answer that stays open. */
import type { StreamedEvent } from '#server/operation.ts'

/** Bun closes a connection on which nothing was sent for 10 s, and so do proxies, later. */
const HEARTBEAT_MS = 5_000

export interface EventStreamOptions {
  headers: Record<string, string>
  /** The client has disconnected, or the stream has ended: the source of the events may stop. */
  onLeave: () => void
  /** The events broke off. */
  onError: (error: unknown) => void
}

/** Pulls an event when the previous one was read: no events queue up for a slow reader. */
export function eventStream(
  events: AsyncIterable<StreamedEvent<unknown>>,
  options: EventStreamOptions,
): Response {
  const { headers, onLeave, onError } = options
  const encoder = new TextEncoder()
  const iterator = events[Symbol.asyncIterator]()
  let heartbeat: Timer | undefined
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const send = (comment: string) => controller.enqueue(encoder.encode(`: ${comment}\n\n`))
      heartbeat = setInterval(() => (controller.desiredSize ?? 0) > 0 && send('still here'), HEARTBEAT_MS)
      send('connected')
    },
    async pull(controller) {
      try {
        const { done, value } = await iterator.next()
        if (!done)
          return controller.enqueue(
            encoder.encode(`id: ${value.id}\ndata: ${JSON.stringify(value.data)}\n\n`),
          )
      } catch (error) {
        onError(error)
      }
      clearInterval(heartbeat)
      controller.close()
      onLeave()
    },
    cancel() {
      clearInterval(heartbeat)
      onLeave()
    },
  })
  return new Response(body, {
    headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store', ...headers },
  })
}
