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

const INFO = (reason: string, metadata: object = {}) => ({
  '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
  reason,
  domain: 'googleapis.com',
  metadata: { service: 'googleads.googleapis.com', ...metadata },
})
const ACTIVATION =
  'https://console.developers.google.com/apis/api/googleads.googleapis.com/overview?project=979966369712'
const auth = (value: string) => body(403, failure('authorizationError', value))
const signIn = (value: string) => body(401, failure('authenticationError', value))

const FIRST_RUN: [name: string, status: number, body: object, code: string, means: string, remedy: string][] =
  [
    [
      'the project is not approved',
      403,
      auth('CLOUD_PROJECT_NOT_APPROVED_FOR_PRODUCTION'),
      'AUTHORIZATION_FAILED',
      'may only use test accounts',
      'Apply for Explorer',
    ],
    [
      'the API is not enabled',
      403,
      body(
        403,
        { ...HELP, links: [{ description: 'Google developers console API activation', url: ACTIVATION }] },
        INFO('SERVICE_DISABLED', { activationUrl: ACTIVATION }),
      ),
      'AUTHORIZATION_FAILED',
      'is not enabled in the Cloud project',
      ACTIVATION,
    ],
    [
      'the scope is missing',
      403,
      body(403, INFO('ACCESS_TOKEN_SCOPE_INSUFFICIENT', { method: 'google.ads.googleads.v25.Search' })),
      'AUTHORIZATION_FAILED',
      'without the scope https://www.googleapis.com/auth/adwords',
      'GOOGLE_ADS_REFRESH_TOKEN',
    ],
    [
      'the account is closed',
      403,
      auth('CUSTOMER_NOT_ENABLED'),
      'ACCOUNT_CLOSED',
      'is closed, or was never fully opened',
      'https://ads.google.com',
    ],
    [
      'the manager is missing',
      403,
      auth('USER_PERMISSION_DENIED'),
      'AUTHORIZATION_FAILED',
      'does not reach the account',
      'GOOGLE_ADS_LOGIN_CUSTOMER_ID',
    ],
    [
      'the developer token is for test accounts',
      403,
      auth('DEVELOPER_TOKEN_NOT_APPROVED'),
      'AUTHORIZATION_FAILED',
      'approved for test accounts only',
      'Leave GOOGLE_ADS_DEVELOPER_TOKEN out',
    ],
    [
      'the developer token is of another project',
      403,
      auth('DEVELOPER_TOKEN_PROHIBITED'),
      'AUTHORIZATION_FAILED',
      'belongs to another Cloud project',
      'Leave GOOGLE_ADS_DEVELOPER_TOKEN out',
    ],
    [
      'no user of Google Ads',
      401,
      signIn('NOT_ADS_USER'),
      'AUTHENTICATION_FAILED',
      'a user of no Google Ads account',
      'Sign in with the account that is used',
    ],
    [
      'no such account',
      401,
      signIn('CUSTOMER_NOT_FOUND'),
      'AUTHENTICATION_FAILED',
      'no account with this number',
      'GOOGLE_ADS_CUSTOMER_ID',
    ],
  ]
for (const [name, status, content, code, means, remedy] of FIRST_RUN) {
  test(`${name}: the failure says what it means and what to do, on a stream too`, () => {
    for (const text of [JSON.stringify(content), JSON.stringify([content])]) {
      const found = errorOfResponse({ status, body: text }).failure
      expect(found).toMatchObject({ code })
      expect(found.detail).toContain(means)
      expect(found.detail).toContain(remedy)
      expect(found.detail.includes('LOGIN_CUSTOMER_ID')).toBe(name === 'the manager is missing')
    }
  })
}

test('a 403 whose cause is not known is blamed on nothing', () => {
  const { detail } = errorOfResponse({ status: 403, body: JSON.stringify(auth('NEW_IN_2028')) }).failure
  expect(detail).toBe('HTTP 403 authorizationError.NEW_IN_2028 NEW_IN_2028 it is')
})

test('a wait may be told as a date', () => {
  const retryAfter = new Date(Date.now() + 60_000).toUTCString()
  const { retryAfterMs = 0 } = errorOfResponse({ status: 503, body: '', retryAfter }).failure
  expect(retryAfterMs).toBeGreaterThan(50_000)
  expect(retryAfterMs).toBeLessThanOrEqual(60_000)
})

test('an element of a stream is judged by its own code', () => {
  expect(errorOfElement(body(429, quota('RESOURCE_EXHAUSTED')).error).failure.code).toBe('QUOTA_EXHAUSTED')
  expect(errorOfElement({ code: 503 }).failure.code).toBe('SERVER_ERROR')
  expect(errorOfElement('what').failure.code).toBe('BROKEN_STREAM')
})
