/** Google Ads over REST: one query, as a stream or in pages, and what it costs. */
import { FetchError, TimeoutError } from '#server/ads/errors.ts'
import { withTimeout } from '#server/platform/with-timeout.ts'
import type { GoogleAdsOptions } from '#server/ads/options.ts'
import { errorOfResponse } from './failure.ts'
import { readPage } from './search-page.ts'
import { MAX_HELD_BYTES } from './splitter.ts'
import { readChunks, type Chunk } from './stream.ts'

export interface Connection extends Pick<
  GoogleAdsOptions,
  'endpoint' | 'apiVersion' | 'loginCustomerId' | 'developerToken'
> {
  idleTimeoutMs: number
  /** Of the trace that the requests are part of. */
  traceparent: string | undefined
  /** What is to be said of the version when nothing is served under it. */
  versionNotice: string | undefined
  /** Through which manager an account is reached, where no one manager is configured for all. */
  managers: Readonly<Record<string, string>>
}

/** Gives an access token; told which one was refused, it gives a newer one. */
export type TokenSource = (refused?: string) => Promise<string>

/** What asking has cost, also when it failed in the end. */
export interface Meter {
  requests: number
  units: number
}

export interface RequestContext {
  signal: AbortSignal
  meter: Meter
}

export interface GaqlRequest {
  customerId: string
  query: string
}

const MAX_ERROR_BYTES = 1024 * 1024
const MAX_PAGE_BYTES = MAX_HELD_BYTES

export class GoogleAdsClient {
  readonly #connection: Connection
  readonly #token: TokenSource

  constructor(connection: Connection, token: TokenSource) {
    this.#connection = connection
    this.#token = token
  }

  /** The rows of one query. Ends normally only when the answer was whole. @throws FetchError */
  async *rows(question: GaqlRequest, asking: RequestContext): AsyncGenerator {
    for await (const { results } of this.#stream(question, {}, asking)) yield* results
  }

  /** The metrics summed by Google, as a row; undefined when there is nothing to sum. @throws FetchError */
  async summary(question: GaqlRequest, asking: RequestContext): Promise<unknown> {
    let summary: unknown
    const setting = { summaryRowSetting: 'SUMMARY_ROW_ONLY' }
    for await (const { summaryRow } of this.#stream(question, setting, asking)) summary ??= summaryRow
    return summary
  }

  /**
   * The same rows in pages, each a whole answer of its own. Slower, but for ways on which long answers break.
   * Ends normally only after a page that names no next one. @throws FetchError
   */
  async *pagedRows({ customerId, query }: GaqlRequest, { signal, meter }: RequestContext): AsyncGenerator {
    let pageToken: string | undefined
    do {
      const page = await this.#page(
        customerId,
        { query, ...(pageToken !== undefined && { pageToken }) },
        {
          signal,
          meter,
        },
      )
      // The same page token again would loop for ever.
      if (page.nextPageToken !== undefined && page.nextPageToken === pageToken)
        throw new FetchError('BROKEN_STREAM', 'A page names itself as the next one.')
      pageToken = page.nextPageToken
      // Each page tells the cost of the whole query.
      if (pageToken === undefined) meter.units += page.units
      yield* page.results
    } while (pageToken !== undefined)
  }

  async *#stream(
    { customerId, query }: GaqlRequest,
    more: object,
    asking: RequestContext,
  ): AsyncGenerator<Chunk> {
    const { signal, meter } = asking
    // The answer is left early when the caller has enough: then the connection must not linger.
    const left = new AbortController()
    let begun = false
    try {
      const whole = { signal: AbortSignal.any([signal, left.signal]), meter }
      const path = `customers/${customerId}/googleAds:searchStream`
      const response = await this.#post(path, { query, ...more }, whole)
      begun = true
      for await (const chunk of readChunks(this.#bytes(response))) {
        meter.units += chunk.units
        yield chunk
      }
    } catch (error) {
      throw asFetchError(error, { signal, midStream: begun })
    } finally {
      left.abort()
    }
  }

  /** What Google's field service says; its queries have no FROM. @throws FetchError */
  async fields(query: string, asking: RequestContext): Promise<unknown[]> {
    try {
      const response = await this.#post('googleAdsFields:search', { query }, asking)
      const { results = [] } = JSON.parse(await this.#text(response, MAX_PAGE_BYTES)) as {
        results?: unknown[]
      }
      return results
    } catch (error) {
      throw asFetchError(error, { signal: asking.signal, midStream: false })
    }
  }

  async #page(customerId: string, body: object, asking: RequestContext) {
    try {
      const response = await this.#post(`customers/${customerId}/googleAds:search`, body, asking)
      return readPage(await this.#text(response, MAX_PAGE_BYTES))
    } catch (error) {
      throw asFetchError(error, { signal: asking.signal, midStream: false })
    }
  }

  async #post(path: string, body: object, asking: RequestContext): Promise<Response> {
    // Asked for each time: between two pages a token may come to its end.
    const token = await this.#token()
    let response = await this.#send(path, body, { ...asking, token })
    if (response.status === 401) {
      await this.#text(response, MAX_ERROR_BYTES)
      response = await this.#send(path, body, { ...asking, token: await this.#token(token) })
    }
    if (response.ok && !isPage(response)) return response
    if (response.ok) throw await this.#foreignPage(response)
    throw errorOfResponse({
      status: response.status,
      body: await this.#text(response, MAX_ERROR_BYTES),
      retryAfter: response.headers.get('retry-after'),
      versionNotice: this.#connection.versionNotice,
    })
  }

  /** A hotel's login or a proxy's notice, under Google's name. */
  async #foreignPage(response: Response): Promise<FetchError> {
    const text = (await this.#text(response, MAX_ERROR_BYTES)).replaceAll(/\s+/g, ' ').slice(0, 120)
    return new FetchError('NETWORK', `Something else than Google answers, with a page: ${text}`)
  }

  async #send(path: string, body: object, { token, signal, meter }: RequestContext & { token: string }) {
    const { endpoint, apiVersion, developerToken, idleTimeoutMs, traceparent } = this.#connection
    meter.requests++
    const url = `${endpoint.replace(/\/+$/, '')}/${apiVersion}/${path}`
    const manager = this.#managerFor(path.split('/')[1] ?? '')
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      ...(manager !== undefined && { 'login-customer-id': manager }),
      ...(developerToken !== undefined && { 'developer-token': developerToken }),
      ...(traceparent !== undefined && { traceparent }),
    }
    return await withTimeout(
      idleTimeoutMs,
      fetch(url, { method: 'POST', headers, body: JSON.stringify(body), signal }),
      () => new TimeoutError('No answer began', idleTimeoutMs, { silent: true }),
    )
  }

  #managerFor(customerId: string): string | undefined {
    return this.#connection.loginCustomerId ?? this.#connection.managers[customerId]
  }

  async *#bytes(response: Response): AsyncGenerator<Uint8Array> {
    if (!response.body) return
    const reader = response.body.getReader()
    const { idleTimeoutMs } = this.#connection
    let begun = false
    const late = () =>
      begun
        ? new TimeoutError('No further byte arrived', idleTimeoutMs)
        : new TimeoutError('No byte of the answer arrived', idleTimeoutMs, { silent: true })
    try {
      for (;;) {
        // Only waiting counts as silence, not the time spent on a chunk.
        const { done, value } = await withTimeout(idleTimeoutMs, reader.read(), late)
        if (done) return
        begun = true
        yield value
      }
    } finally {
      // What is left of an answer that was given up would go on arriving.
      reader.cancel().catch(() => {})
    }
  }

  async #text(response: Response, maxBytes: number): Promise<string> {
    const parts: Uint8Array[] = []
    let size = 0
    for await (const part of this.#bytes(response)) {
      size += part.length
      if (size > maxBytes) break
      parts.push(part)
    }
    return Buffer.concat(parts).toString('utf8')
  }
}

function isPage(response: Response): boolean {
  return response.headers.get('content-type')?.startsWith('text/html') === true
}

function unanswered(error: unknown): FetchError {
  const detail = error instanceof Error ? error.message : String(error)
  // Cut in the middle, a compressed answer fails in its decoder and not on the socket.
  return /zlib|decompress/i.test(detail)
    ? new FetchError('BROKEN_STREAM', 'The answer is not whole: its compressed bytes break off.')
    : new FetchError('NETWORK', detail)
}

/** A failing socket has a dozen names; what matters is whether the server did not answer or the client aborted. */
function asFetchError(
  error: unknown,
  { signal, midStream }: { signal: AbortSignal; midStream: boolean },
): unknown {
  if (signal.aborted) return signal.reason
  const known = error instanceof FetchError ? error : unanswered(error)
  if (midStream) known.failure.midStream = true
  return known
}
