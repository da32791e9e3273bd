/** One attempt to deliver. */
import { AddressRefused, resolve, type AddressPolicy } from './address.ts'
import { signedHeaders } from './signature.ts'

/** Of an attempt as a whole: to resolve, connect, send, and be answered. */
export const ATTEMPT_TIMEOUT_MS = 10_000

export interface Delivery {
  endpointId: number
  url: string
  eventId: string
  body: string
  secrets: readonly string[]
  /** Made before this one included. */
  attempts: number
}

export interface Sent {
  isDelivered: boolean
  status: number | null
  error: string | null
  /** Asked for by the receiver before the next attempt. */
  retryAfterMs: number
}

/** Never throws: what went wrong is told without the URL, which may be a secret, and without what was answered. */
export async function send(delivery: Delivery, policy: AddressPolicy, stopping: AbortSignal): Promise<Sent> {
  const signal = AbortSignal.any([stopping, AbortSignal.timeout(ATTEMPT_TIMEOUT_MS)])
  try {
    const response = await post(delivery, policy, signal)
    // A receiver could answer without end; only the status counts.
    await response.body?.cancel().catch(() => {})
    const { status } = response
    const isDelivered = status >= 200 && status < 300
    const error = isDelivered ? null : `The receiver answered ${status}${redirection(status)}.`
    return { isDelivered, status, error, retryAfterMs: retryAfterMs(response.headers.get('retry-after')) }
  } catch (error) {
    return { isDelivered: false, status: null, error: reasonOf(error, signal), retryAfterMs: 0 }
  }
}

async function post(
  { url: text, eventId, body, secrets, attempts }: Delivery,
  policy: AddressPolicy,
  signal: AbortSignal,
): Promise<Response> {
  const url = new URL(text)
  const addresses = await abortable(resolve(url, policy), signal)
  // Another one the next time, should this one not answer.
  const address = addresses[(attempts - 1) % addresses.length] ?? ''
  const pinned = new URL(text)
  pinned.hostname = address.includes(':') ? `[${address}]` : address
  return await fetch(pinned, {
    method: 'POST',
    headers: {
      host: url.host,
      'content-type': 'application/json',
      'user-agent': 'Adstock-Webhooks/1',
      ...signedHeaders({ id: eventId, timestamp: Math.floor(Date.now() / 1000), body }, secrets),
    },
    body,
    redirect: 'manual',
    // A kept connection could have been made for another name at this address.
    keepalive: false,
    signal,
    ...(url.protocol === 'https:' && { tls: { serverName: url.hostname } }),
  })
}

/** The resolver itself cannot be told to stop. */
async function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>()
  const abort = () => aborted.reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  try {
    signal.throwIfAborted()
    return await Promise.race([work, aborted.promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

function redirection(status: number): string {
  return status >= 300 && status < 400 ? ', and redirections are not followed' : ''
}

function retryAfterMs(header: string | null): number {
  return header !== null && /^\d{1,6}$/.test(header) ? Number(header) * 1000 : 0
}

function reasonOf(error: unknown, signal: AbortSignal): string {
  if (error instanceof AddressRefused) return error.message
  if (signal.aborted)
    return signal.reason instanceof DOMException && signal.reason.name === 'TimeoutError'
      ? `No answer within ${ATTEMPT_TIMEOUT_MS / 1000} s.`
      : 'The server stopped during the attempt.'
  const { code }: { code?: unknown } = Object(error)
  return typeof code === 'string' && /^\w{1,80}$/.test(code)
    ? `The connection failed: ${code}.`
    : 'The connection failed.'
}
