/** The scenarios: which request is answered with which fault. Chance depends on what is asked and how often, not on when. */
import { adsError, htmlPage, plainError, type ErrorBody } from './bodies.ts'
import { chance } from '#server/ads/demo/hashed-chance.ts'

/** Each with what it does, for --help. */
export const SCENARIOS = {
  plain: 'nothing goes wrong',
  slow: 'each answer takes 200 ms longer',
  revoked: 'the refresh token was revoked',
  'token-death': 'an access token is refused after some uses',
  'temporary-quota': 'one request in five is told to wait',
  'daily-quota': 'the quota of a day is used up after --daily-quota queries',
  'mid-stream-error': 'one stream in five carries an error after its first rows',
  truncation: 'one stream in five ends in the middle, as if it were whole',
  stall: 'one stream in five falls silent in the middle',
  'html-502': 'one request in five is answered by a proxy, in HTML',
  reset: 'one connection in five is cut in the middle',
  'broken-streams': 'every stream ends in the middle: only pages arrive',
  'expired-page-tokens': 'the same, on days of two pages, whose second one is at first too late',
  'restated-days': 'a date has more conversions each time but the first that it is asked for',
  outage: 'nobody is there for 15 requests',
  manager: 'a manager account, 9000000000, with accounts below it in three time zones',
  'wrong-manager': 'the sign-in may not see the account',
  'retired-version': 'every path is 404, in HTML',
  'bad-query': 'the query is refused',
  mixed: 'a fault at three requests in ten, of all kinds',
} as const
export type Scenario = keyof typeof SCENARIOS

export type Fault =
  | { name: string; type: 'answer'; response: () => Response }
  | { name: string; type: 'error'; status: number; body: ErrorBody }
  /** The first half, and then: an error element, a clean end, brackets that close it, a cut connection, or nothing. */
  | { name: string; type: 'half'; ending: 'error' | 'end' | 'closed' | 'reset' | 'silence' }
  /** The token that came with the request is refused from now on. */
  | { name: string; type: 'dead-token' }

export interface AdsRequest {
  /** The query's text; searchStream's only carry figures. */
  query: string
  streamed: boolean
  /** A page after the first. */
  continued: boolean
  customerId: string
  /** How often this very query was asked before. */
  asked: number
  /** How many queries for figures came before, of all accounts. */
  total: number
  /** How many requests came with this token. */
  tokenUses: number
}

export const SLOW_MS = 200
const SHARE = 0.2
const MIXED_SHARE = 0.3
/** The numbers of the requests that get no answer. */
const OUTAGE = { from: 10, to: 25 }
const STALLS_AMONG_MIXED = 0.02
/** Real ones live an hour. One that dies before a replay arrives would look like credentials that are refused for good. */
const USES_BEFORE_DEATH = 100
/** A single fault passes after this many tries; `mixed` fails every one alike. */
const STRIKES = 2

export function faultFor(
  scenario: Scenario,
  request: AdsRequest,
  options: { seed: number; dailyQuota: number },
): Fault | undefined {
  const { streamed, asked, total } = request
  const luck = chance(options.seed, scenario, request.customerId, request.query, asked)
  const fails = streamed && asked < STRIKES && luck < SHARE
  switch (scenario) {
    case 'wrong-manager':
      return WRONG_MANAGER
    case 'retired-version':
      return RETIRED
    case 'bad-query':
      return streamed ? BAD_QUERY : undefined
    case 'daily-quota':
      return streamed && total >= options.dailyQuota ? DAILY_QUOTA : undefined
    case 'broken-streams':
      return streamed ? TRUNCATION : undefined
    case 'expired-page-tokens':
      if (streamed) return TRUNCATION
      return request.continued && asked === 0 ? EXPIRED_PAGE_TOKEN : undefined
    case 'outage':
      return streamed && total >= OUTAGE.from && total < OUTAGE.to ? JSON_503 : undefined
    case 'mixed':
      return luck < MIXED_SHARE ? mixedFault(luck / MIXED_SHARE, request) : undefined
    default:
      return fails ? SINGLE_FAULTS[scenario] : undefined
  }
}

const WRONG_MANAGER: Fault = {
  name: 'wrong-manager',
  type: 'error',
  status: 403,
  body: adsError(403, {
    family: 'authorizationError',
    value: 'USER_PERMISSION_DENIED',
    message:
      "User doesn't have permission to access customer. Note: If you're accessing a client customer, the manager's customer id must be set in the 'login-customer-id' header.",
  }),
}
const RETIRED: Fault = {
  name: 'retired-version',
  type: 'answer',
  response: () => htmlPage(404, 'Not Found'),
}
const BAD_QUERY: Fault = {
  name: 'bad-query',
  type: 'error',
  status: 400,
  body: adsError(400, {
    family: 'queryError',
    value: 'UNRECOGNIZED_FIELD',
    message: "Unrecognized field in the query: 'metrics.cost_micros'.",
  }),
}
const EXPIRED_PAGE_TOKEN: Fault = {
  name: 'expired-page-token',
  type: 'error',
  status: 400,
  body: adsError(400, {
    family: 'requestError',
    value: 'EXPIRED_PAGE_TOKEN',
    message: 'Page token set in the request is expired.',
  }),
}
const DAILY_QUOTA: Fault = quota('RESOURCE_EXHAUSTED', 'DEVELOPER', '40591s')
export function temporaryQuota(waitMs: number): Fault {
  return quota('RESOURCE_TEMPORARILY_EXHAUSTED', 'ACCOUNT', `${(waitMs / 1000).toFixed(3)}s`)
}

const TEMPORARY_QUOTA: Fault = quota('RESOURCE_TEMPORARILY_EXHAUSTED', 'ACCOUNT', '0.150s')
const HTML_502: Fault = { name: 'html-502', type: 'answer', response: () => htmlPage(502, 'Server Error') }
const MID_STREAM: Fault = { name: 'mid-stream-error', type: 'half', ending: 'error' }
const TRUNCATION: Fault = { name: 'truncation', type: 'half', ending: 'end' }
const CUT_CHUNK: Fault = { name: 'cut-chunk', type: 'half', ending: 'closed' }
const DEAD_TOKEN: Fault = { name: 'dead-token', type: 'dead-token' }
const RESET: Fault = { name: 'reset', type: 'half', ending: 'reset' }
const STALL: Fault = { name: 'stall', type: 'half', ending: 'silence' }
const JSON_500: Fault = { name: 'json-500', type: 'error', status: 500, body: plainError(500) }
const JSON_503: Fault = { name: 'json-503', type: 'error', status: 503, body: plainError(503) }

const SINGLE_FAULTS: Partial<Record<Scenario, Fault>> = {
  'temporary-quota': TEMPORARY_QUOTA,
  'mid-stream-error': MID_STREAM,
  truncation: TRUNCATION,
  stall: STALL,
  'html-502': HTML_502,
  reset: RESET,
}

const MIXED = [
  TEMPORARY_QUOTA,
  MID_STREAM,
  TRUNCATION,
  CUT_CHUNK,
  RESET,
  HTML_502,
  JSON_500,
  JSON_503,
  DEAD_TOKEN,
]

/** @param luck in [0, 1) */
function mixedFault(luck: number, { streamed, continued, tokenUses }: AdsRequest): Fault {
  if (!streamed) return continued ? EXPIRED_PAGE_TOKEN : JSON_503
  if (luck < STALLS_AMONG_MIXED) return STALL
  const share = (luck - STALLS_AMONG_MIXED) / (1 - STALLS_AMONG_MIXED)
  const fault = MIXED[Math.floor(share * MIXED.length)] ?? JSON_503
  return fault === DEAD_TOKEN && tokenUses < USES_BEFORE_DEATH ? JSON_503 : fault
}

function quota(value: string, rateScope: 'ACCOUNT' | 'DEVELOPER', retryDelay: string): Fault {
  return {
    name: value === 'RESOURCE_EXHAUSTED' ? 'daily-quota' : 'temporary-quota',
    type: 'error',
    status: 429,
    body: adsError(429, {
      family: 'quotaError',
      value,
      message: `Too many requests. Retry in ${Number.parseFloat(retryDelay)} seconds.`,
      quota: { rateScope, rateName: 'Number of operations for explorer access', retryDelay },
    }),
  }
}
