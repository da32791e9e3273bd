/** Google Ads over REST: one query as a stream, and what is asked once about an account. */
import { FetchError, TimeoutError } from '#server/ads/errors.ts'
import type { GoogleAdsOptions } from '#server/ads/options.ts'
import { errorOfResponse } from './failure.ts'
import { readChunks } from './stream.ts'

export interface Connection extends Pick<
  GoogleAdsOptions,
  'endpoint' | 'apiVersion' | 'loginCustomerId' | 'developerToken'
> {
  idleTimeoutMs: number
}

/** Gives an access token; told which one was refused, it gives a newer one. */
export type TokenSource = (refused?: string) => Promise<string>

/** What asking has cost, also when it failed in the end. */
export interface Meter {
  requests: number
  units: number
}

export interface Asking {
  signal: AbortSignal
  meter: Meter
}

export interface Account {
  timeZone: string
  currency: string
  manager: boolean
}

const ACCOUNT_QUERY =
  'SELECT customer.id, customer.time_zone, customer.currency_code, customer.manager FROM customer'
const MAX_ERROR_BYTES = 1024 * 1024

export class GoogleAdsClient {
  readonly #connection: Connection
  readonly #token: TokenSource

  constructor(connection: Connection, token: TokenSource) {
    this.#connection = connection
    this.#token = token
  }

  /** The rows of one query. Ends normally only when the answer was whole. @throws FetchError */
  async *rows(customerId: string, query: string, { signal, meter }: Asking): AsyncGenerator {
    // The answer is left early when the caller has enough: then the connection must not linger.
    const left = new AbortController()
    try {
      const whole = { signal: AbortSignal.any([signal, left.signal]), meter }
      const response = await this.#post(`customers/${customerId}/googleAds:searchStream`, { query }, whole)
      for await (const chunk of readChunks(this.#bytes(response))) {
        meter.units += chunk.units
        yield* chunk.results
      }
    } catch (error) {
      throw asFetchError(error, signal)
    } finally {
      left.abort()
    }
  }

  /** @throws FetchError */
  async account(customerId: string, asking: Asking): Promise<Account> {
    try {
      const path = `customers/${customerId}/googleAds:search`
      const response = await this.#post(path, { query: ACCOUNT_QUERY }, asking)
      return toAccount(JSON.parse(await this.#text(response)), customerId)
    } catch (error) {
      if (error instanceof SyntaxError)
        throw new FetchError('BROKEN_STREAM', `The account's answer is not JSON: ${error.message}`)
      throw asFetchError(error, asking.signal)
    }
  }

  async #post(path: string, body: { query: string }, asking: Asking): Promise<Response> {
    const token = await this.#token()
    let response = await this.#send(path, body, { ...asking, token })
    if (response.status === 401) {
      await this.#text(response)
      response = await this.#send(path, body, { ...asking, token: await this.#token(token) })
    }
    if (response.ok) return response
    throw errorOfResponse({
      status: response.status,
      body: await this.#text(response),
      retryAfter: response.headers.get('retry-after'),
    })
  }

  async #send(path: string, body: object, { token, signal, meter }: Asking & { token: string }) {
    const { endpoint, apiVersion, loginCustomerId, developerToken, idleTimeoutMs } = this.#connection
    meter.requests++
    const url = `${endpoint.replace(/\/+$/, '')}/${apiVersion}/${path}`
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      ...(loginCustomerId !== undefined && { 'login-customer-id': loginCustomerId }),
      ...(developerToken !== undefined && { 'developer-token': developerToken }),
    }
    return await withinMs(
      idleTimeoutMs,
      fetch(url, { method: 'POST', headers, body: JSON.stringify(body), signal }),
      'No answer began',
    )
  }

  async *#bytes(response: Response): AsyncGenerator<Uint8Array> {
    if (!response.body) return
    const reader = response.body.getReader()
    for (;;) {
      // Only the waiting counts: while we work on a chunk, nobody can call the other side silent.
      const { done, value } = await withinMs(
        this.#connection.idleTimeoutMs,
        reader.read(),
        'No further byte arrived',
      )
      if (done) return
      yield value
    }
  }

  async #text(response: Response): Promise<string> {
    const parts: Uint8Array[] = []
    let size = 0
    for await (const part of this.#bytes(response)) {
      size += part.length
      if (size > MAX_ERROR_BYTES) break
      parts.push(part)
    }
    return Buffer.concat(parts).toString('utf8')
  }
}

async function withinMs<T>(limitMs: number, work: Promise<T>, what: string): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new TimeoutError(what, limitMs)), limitMs)
  try {
    return await Promise.race([work, late.promise])
  } finally {
    clearTimeout(timer)
  }
}

/** A failing socket has a dozen names; what matters is that nobody answered, or that we hung up ourselves. */
function asFetchError(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason
  if (error instanceof FetchError) return error
  return new FetchError('NETWORK', error instanceof Error ? error.message : String(error))
}

function toAccount(body: unknown, customerId: string): Account {
  const results = (body as { results?: { customer?: Record<string, unknown> }[] } | null)?.results
  const customer = results?.[0]?.customer
  const timeZone = customer?.['timeZone']
  const currency = customer?.['currencyCode']
  if (typeof timeZone !== 'string')
    throw new FetchError('BROKEN_STREAM', `Account ${customerId} answers without its time zone.`)
  return {
    timeZone,
    currency: typeof currency === 'string' ? currency : '',
    manager: customer?.['manager'] === true,
  }
}
