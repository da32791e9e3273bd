/** From what Google answers to our errors. Sources: Google's error protos and captures of live bodies. */
import { FetchError, RateLimitError, type RateScope } from '#server/ads/errors.ts'

export interface ErrorResponse {
  status: number
  body: string
  /** The header, in seconds or as an HTTP date. */
  retryAfter?: string | null
  /** What is known of the version that was asked. */
  versionNotice?: string | undefined
}

/** A body may be JSON, JSON in an array (searchStream), or a proxy's HTML. */
export function errorOfResponse({ status, body, retryAfter, versionNotice }: ErrorResponse): FetchError {
  const error = errorObject(parseJson(body))
  return errorOf({ status, error, retryAfterMs: headerMs(retryAfter), versionNotice })
}

/** The `error` of an element that came inside a 200, after the first rows. */
export function errorOfElement(error: unknown): FetchError {
  const known = isObject(error) ? error : {}
  const status = typeof known['code'] === 'number' ? known['code'] : 0
  return errorOf({ status, error: known, retryAfterMs: undefined, versionNotice: undefined })
}

interface Reported {
  status: number
  error: Json | undefined
  retryAfterMs: number | undefined
  versionNotice: string | undefined
}

function errorOf({ status, error, retryAfterMs, versionNotice }: Reported): FetchError {
  const first = firstOf(error)
  const text = describe(status, error, first)
  if (first?.family === 'quotaError' || status === 429) return quotaError(text, first, retryAfterMs)
  if (first?.family === 'requestError' && first.value.endsWith('PAGE_TOKEN'))
    return new FetchError('PAGE_TOKEN_EXPIRED', text)
  if (status === 401) return new FetchError('AUTHENTICATION_FAILED', text)
  if (first?.value === 'CUSTOMER_NOT_ENABLED') return new FetchError('ACCOUNT_CLOSED', text)
  if (status === 403)
    return new FetchError(
      'AUTHORIZATION_FAILED',
      `${text}. The usual cause is a wrong or missing GOOGLE_ADS_LOGIN_CUSTOMER_ID: the manager account through which this account is reached.`,
    )
  if (status === 404)
    return new FetchError(
      'NOT_SERVED',
      `${text}. ${versionNotice ?? 'The API version is retired or the endpoint is wrong: check GOOGLE_ADS_API_VERSION and GOOGLE_ADS_ENDPOINT.'}`,
    )
  if (status === 408 || status >= 500)
    return new FetchError('SERVER_ERROR', text, retryAfterMs === undefined ? {} : { retryAfterMs })
  if (status === 0) return new FetchError('BROKEN_STREAM', `The answer carries an error: ${text}`)
  return new FetchError('REQUEST_REFUSED', text)
}

const SHORT_TERM_WAIT_MS = 300_000
const LONG_TERM_WAIT_MS = 1_800_000

function quotaError(
  text: string,
  first: AdsErrorEntry | undefined,
  fromHeaderMs: number | undefined,
): RateLimitError {
  const daily = first?.value === 'RESOURCE_EXHAUSTED'
  const untold = daily ? undefined : (prescribedWaitMs(first?.value) ?? fromHeaderMs)
  const wait = first?.retryDelayMs ?? untold
  return new RateLimitError(text, {
    daily,
    ...(wait !== undefined && { retryAfterMs: wait }),
    ...(first?.rateScope && { rateScope: first.rateScope }),
  })
}

function prescribedWaitMs(value: string | undefined): number | undefined {
  if (value?.startsWith('EXCESSIVE_SHORT_TERM')) return SHORT_TERM_WAIT_MS
  if (value?.startsWith('EXCESSIVE_LONG_TERM')) return LONG_TERM_WAIT_MS
  return undefined
}

interface AdsErrorEntry {
  family: string
  value: string
  message: string
  retryDelayMs: number | undefined
  rateScope: RateScope | undefined
}

type Json = Record<string, unknown>

/** The first error of the GoogleAdsFailure, which is not always the first of `details` and may be missing. */
function firstOf(error: Json | undefined): AdsErrorEntry | undefined {
  const failure = listOf(error?.['details']).find((detail) =>
    String(detail['@type']).endsWith('GoogleAdsFailure'),
  )
  const entry = listOf(failure?.['errors'])[0]
  if (!entry) return undefined
  const [family = '', value = ''] = Object.entries(objectOf(entry['errorCode']))[0] ?? []
  const quota = objectOf(objectOf(entry['details'])['quotaErrorDetails'])
  return {
    family,
    value: String(value),
    message: textOf(entry['message']),
    retryDelayMs: durationMs(quota['retryDelay']),
    rateScope: rateScopeOf(quota['rateScope']),
  }
}

function describe(status: number, error: Json | undefined, first: AdsErrorEntry | undefined): string {
  const name = first ? `${first.family}.${first.value}` : textOf(error?.['status'])
  const message = first?.message || textOf(error?.['message']) || 'no JSON body'
  return [`HTTP ${status || '200'}`, name, message.replace(/\.$/, '')].filter((part) => part !== '').join(' ')
}

function errorObject(body: unknown): Json | undefined {
  const holder = Array.isArray(body) ? body.find((element) => isObject(element) && 'error' in element) : body
  if (!isObject(holder)) return undefined
  return isObject(holder['error']) ? holder['error'] : undefined
}

/** A protobuf Duration: `40591s`, `0.250s`. */
function durationMs(value: unknown): number | undefined {
  const match = typeof value === 'string' ? /^(\d{1,9}(?:\.\d+)?)s$/.exec(value) : null
  return match ? Math.ceil(Number(match[1]) * 1000) : undefined
}

function headerMs(value: string | null | undefined): number | undefined {
  return value && /^\d{1,6}$/.test(value.trim()) ? Number(value) * 1000 : undefined
}

function rateScopeOf(value: unknown): RateScope | undefined {
  if (value === 'ACCOUNT') return 'account'
  return value === 'DEVELOPER' ? 'developer' : undefined
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function objectOf(value: unknown): Json {
  return isObject(value) ? value : {}
}

function listOf(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}
