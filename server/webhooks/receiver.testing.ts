/** For tests: a receiver of webhooks that verifies as its author would, with the specification's own library. */
import { Webhook } from 'standardwebhooks'
import * as v from 'valibot'
import { until } from '#scripts/lab/harness/until.ts'
import { eventSchemas } from './event-schema.ts'

export interface Received {
  id: string
  type: string
  data: Record<string, unknown>
  headers: Headers
  raw: string
}

export interface Receiver extends Disposable {
  url: string
  /** Every request that came, in order; with those that were answered with an error. */
  received: Received[]
  /** What the next requests are answered with; 204 unless told. */
  answer: (request: Received) => Response | Promise<Response>
  /** Waits until so many requests have come. */
  atLeast(count: number): Promise<Received[]>
}

const NO_CONTENT = () => new Response(null, { status: 204 })

export function startReceiver(): Receiver {
  const received: Received[] = []
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    idleTimeout: 60,
    async fetch(request) {
      const raw = await request.text()
      const body = JSON.parse(raw) as { type?: string; data?: Record<string, unknown> }
      const { headers } = request
      const arrived = {
        id: headers.get('webhook-id') ?? '',
        type: body.type ?? '',
        data: body.data ?? {},
        headers,
        raw,
      }
      received.push(arrived)
      return await receiver.answer(arrived)
    },
  })
  const receiver: Receiver = {
    url: server.url.href,
    received,
    answer: NO_CONTENT,
    async atLeast(count) {
      await until(`${count} events have arrived`, () => received.length >= count)
      return received
    },
    [Symbol.dispose]: () => void server.stop(true),
  }
  return receiver
}

/** @throws when the secret did not sign it, or when the body is not as documented */
export function verify({ raw, headers, type }: Received, secret: string): unknown {
  const body = new Webhook(secret).verify(raw, Object.fromEntries(headers))
  const described = eventSchemas.find((each) => each.type === type)
  if (!described) throw new Error(`No event is documented as ${type}.`)
  return v.parse(described.body, body)
}

export const isVerifiedBy = (request: Received, secret: string): boolean => {
  try {
    return verify(request, secret) !== undefined
  } catch {
    return false
  }
}
