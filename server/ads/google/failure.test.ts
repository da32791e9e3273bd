import { expect, test } from 'bun:test'
import { errorOfElement, errorOfResponse } from './failure.ts'

const failure = (family: string, value: string, more: object = {}) => ({
  '@type': 'type.googleapis.com/google.ads.googleads.v25.errors.GoogleAdsFailure',
  errors: [{ errorCode: { [family]: value }, message: `${value} it is.`, ...more }],
})
const quota = (value: string, retryDelay?: string, rateScope = 'ACCOUNT') =>
  failure('quotaError', value, {
    details: { quotaErrorDetails: { rateScope, ...(retryDelay && { retryDelay }) } },
  })
const body = (code: number, ...details: object[]) => ({
  error: { code, message: 'Top.', status: 'S', details },
})
const HTML = '<!DOCTYPE html><title>Error</title>'
const HELP = { '@type': 'type.googleapis.com/google.rpc.Help' }

const TABLE: [name: string, status: number, body: unknown, expected: object][] = [
  ['query', 400, body(400, failure('queryError', 'UNRECOGNIZED_FIELD')), { code: 'REQUEST_REFUSED' }],
  ['in an array', 400, [body(400, failure('queryError', 'BAD_VALUE'))], { code: 'REQUEST_REFUSED' }],
  ['no details', 400, { error: { code: 400, message: 'Bad.' } }, { code: 'REQUEST_REFUSED' }],
  [
    'page token',
    400,
    body(400, failure('requestError', 'EXPIRED_PAGE_TOKEN')),
    { code: 'PAGE_TOKEN_EXPIRED' },
  ],
  [
    '401',
    401,
    body(401, failure('authenticationError', 'OAUTH_TOKEN_EXPIRED')),
    { code: 'AUTHENTICATION_FAILED' },
  ],
  ['401 bare', 401, '', { code: 'AUTHENTICATION_FAILED' }],
  [
    '403',
    403,
    [body(403, HELP, failure('authorizationError', 'USER_PERMISSION_DENIED'))],
    { code: 'AUTHORIZATION_FAILED' },
  ],
  ['404', 404, HTML, { code: 'NOT_SERVED' }],
  [
    'temporary quota',
    429,
    [body(429, HELP, quota('RESOURCE_TEMPORARILY_EXHAUSTED', '2.5s'))],
    { code: 'RATE_LIMITED', retryAfterMs: 2500, rateScope: 'account' },
  ],
  [
    'daily quota',
    429,
    body(429, quota('RESOURCE_EXHAUSTED', '40591s', 'DEVELOPER')),
    { code: 'QUOTA_EXHAUSTED', retryAfterMs: 40_591_000, rateScope: 'developer' },
  ],
  [
    'short',
    429,
    body(429, quota('EXCESSIVE_SHORT_TERM_QUERY_RESOURCE_CONSUMPTION')),
    { retryAfterMs: 300_000 },
  ],
  [
    'long',
    429,
    body(429, quota('EXCESSIVE_LONG_TERM_QUERY_RESOURCE_CONSUMPTION')),
    { retryAfterMs: 1_800_000 },
  ],
  ['429 without details', 429, HTML, { code: 'RATE_LIMITED', retryAfterMs: 7000 }],
  ['500', 500, body(500), { code: 'SERVER_ERROR' }],
  ['502 HTML', 502, HTML, { code: 'SERVER_ERROR' }],
  ['503', 503, body(503), { code: 'SERVER_ERROR', retryAfterMs: 7000 }],
  ['unknown', 418, 'teapot', { code: 'REQUEST_REFUSED' }],
]

for (const [name, status, content, expected] of TABLE) {
  test(`${name} is ${JSON.stringify(expected)}`, () => {
    const text = typeof content === 'string' ? content : JSON.stringify(content)
    expect(errorOfResponse({ status, body: text, retryAfter: '7' }).failure).toMatchObject(expected)
  })
}

test('the detail has the words of the failure that is not first, and a hint where one helps', () => {
  const text = JSON.stringify([body(403, HELP, failure('authorizationError', 'USER_PERMISSION_DENIED'))])
  const { detail } = errorOfResponse({ status: 403, body: text }).failure
  expect(detail).toContain('authorizationError.USER_PERMISSION_DENIED USER_PERMISSION_DENIED it is')
  expect(detail).toContain('GOOGLE_ADS_LOGIN_CUSTOMER_ID')
})

test('an element of a stream is judged by its own code', () => {
  expect(errorOfElement(body(429, quota('RESOURCE_EXHAUSTED')).error).failure.code).toBe('QUOTA_EXHAUSTED')
  expect(errorOfElement({ code: 503 }).failure.code).toBe('SERVER_ERROR')
  expect(errorOfElement('what').failure.code).toBe('BROKEN_STREAM')
})
