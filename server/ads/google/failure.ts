/** From what Google answers to our errors. Sources: Google's error protos and captures of live bodies. */
import { FetchError, RateLimitError, type RateScope } from '#server/ads/errors.ts'
import { adviceOnRefusal } from './advice.ts'

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
  if (status === 403) return new FetchError('AUTHORIZATION_FAILED', text)
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

/** Google's own words, and what they mean where that is known. */
function describe(status: number, error: Json | undefined, first: AdsErrorEntry | undefined): string {
  const info = infoOf(error)
  const name = first ? `${first.family}.${first.value}` : info?.reason || textOf(error?.['status'])
  const message = first?.message || textOf(error?.['message']) || 'no JSON body'
  const said = [`HTTP ${status || '200'}`, name, message.replace(/\.$/, '')].filter((part) => part !== '')
  const advice = adviceOnRefusal([first?.value ?? '', info?.reason ?? ''])
  const link = info?.activationUrl && !message.includes(info.activationUrl) ? info.activationUrl : ''
  return [said.join(' '), advice, link].filter((part) => part !== undefined && part !== '').join('. ')
}

/** What Google's common layer says before a request reaches the Google Ads API: there is no GoogleAdsFailure then. */
function infoOf(error: Json | undefined): { reason: string; activationUrl: string } | undefined {
  const info = listOf(error?.['details']).find((detail) => String(detail['@type']).endsWith('ErrorInfo'))
  if (!info) return undefined
  const { activationUrl } = objectOf(info['metadata'])
  return { reason: textOf(info['reason']), activationUrl: textOf(activationUrl) }
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
  if (!value) return undefined
  if (/^\d{1,6}$/.test(value.trim())) return Number(value) * 1000
  const atMs = Date.parse(value)
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - Date.now())
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
