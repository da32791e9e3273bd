/** The one keeper of the access token: every worker asks here, so a token is refreshed once for all of them. */
import { FetchError, OAuthError, RateLimitError, TimeoutError } from '#server/ads/errors.ts'
import type { TokenSource } from './client.ts'
import { adviceOnSignIn } from './advice.ts'
import { formFor, type Credentials } from './grant.ts'
import type { Clock } from '#server/platform/clock.ts'

export interface TokenBroker {
  /** @param refused a token that was answered with 401: another one is fetched, unless that has happened already. */
  token: TokenSource
}

interface AccessToken {
  value: string
  /** Not handed out any more from here on. */
  renewAtMs: number
}

const EARLY_MS = 5 * 60_000
/** @param timeoutMs the longest silence of the token endpoint */
export function createTokenBroker(credentials: Credentials, clock: Clock, timeoutMs: number): TokenBroker {
  let current: AccessToken | undefined
  let refreshing: Promise<AccessToken> | undefined
  let final: OAuthError | undefined

  async function refresh(): Promise<AccessToken> {
    try {
      return await requestToken(credentials, clock, timeoutMs)
    } catch (error) {
      if (error instanceof OAuthError) final = error
      throw error
    } finally {
      refreshing = undefined
    }
  }

  return {
    async token(refused) {
      if (final) throw final
      const usable = current && current.value !== refused && clock.now() < current.renewAtMs
      if (current && usable) return current.value
      refreshing ??= refresh()
      current = await refreshing
      return current.value
    },
  }
}

async function requestToken(credentials: Credentials, clock: Clock, timeoutMs: number): Promise<AccessToken> {
  const askedAtMs = clock.now()
  const form = await formFor(credentials, askedAtMs)
  const response = await ask(credentials.endpoint, form, timeoutMs)
  const body = await readJson(response)
  if (!response.ok) throw refusal(response.status, body, credentials)
  const value = body['access_token']
  const lifetimeMs = Number(body['expires_in']) * 1000
  if (typeof value !== 'string' || !Number.isFinite(lifetimeMs))
    throw new FetchError('SERVER_ERROR', 'The token endpoint answers without a token.')
  // A short-lived token is renewed at half its life, lest it be renewed with every request.
  return { value, renewAtMs: askedAtMs + lifetimeMs - Math.min(EARLY_MS, lifetimeMs / 2) }
}

async function ask(endpoint: string, form: URLSearchParams, timeoutMs: number): Promise<Response> {
  try {
    return await fetch(endpoint, { method: 'POST', body: form, signal: AbortSignal.timeout(timeoutMs) })
  } catch (error) {
    if (error instanceof Error && error.name === 'TimeoutError')
      throw new TimeoutError('The token endpoint did not answer', timeoutMs, { silent: true })
    throw new FetchError(
      'NETWORK',
      `The token endpoint: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}

async function readJson(response: Response): Promise<Record<string, unknown>> {
  try {
    const body: unknown = await response.json()
    return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

/** The body's own words are safe to show: Google never echoes a secret there. */
function refusal(status: number, body: Record<string, unknown>, { kind }: Credentials): FetchError {
  const error = typeof body['error'] === 'string' ? body['error'] : `HTTP ${status}`
  const description = typeof body['error_description'] === 'string' ? `: ${body['error_description']}` : ''
  if (status === 429)
    return new RateLimitError(`The token endpoint asks for patience (${error}${description}).`, {
      rateScope: 'developer',
    })
  if (status >= 500 || status === 408)
    return new FetchError('SERVER_ERROR', `The token endpoint answers ${error}${description}.`)
  const subtype = typeof body['error_subtype'] === 'string' ? body['error_subtype'] : ''
  const advice = adviceOnSignIn([subtype, error], kind)
  return new OAuthError(`Google refuses the credentials (${error}${description}). ${advice}`)
}
