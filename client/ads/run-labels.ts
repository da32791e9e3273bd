/** A run in words for an advertiser: about days and quota, not about requests. */
import { count, duration, mediumDate, moment, plural, timeOfDay } from '#client/ui/format.ts'
import { lengthOf } from './range.ts'
import type { Run } from './days.ts'

/** A failure's code → what it means. The technical detail stays one step away. */
const REASONS: Readonly<Record<string, string>> = {
  TIMEOUT: 'Google took too long to answer',
  NETWORK: 'Google could not be reached',
  BROKEN_STREAM: 'the answer broke off before its end',
  SERVER_ERROR: 'Google had trouble of its own',
  RATE_LIMITED: 'Google asked us to slow down, again and again',
  QUOTA_EXHAUSTED: 'the quota of requests is used up for now',
  OAUTH_FAILED: 'the sign-in with Google is no longer valid',
  AUTHENTICATION_FAILED: 'Google does not accept the sign-in',
  AUTHORIZATION_FAILED: 'this sign-in may not see the account',
  ACCOUNT_CLOSED: 'the account is closed, or not yet open',
  REQUEST_REFUSED: 'Google rejected the query',
  REPORT_INVALID: 'the query of the report has a mistake',
  NOT_SERVED: 'Google no longer offers this version of its interface',
  PAGE_TOKEN_EXPIRED: 'the answer took so long that Google forgot about it',
  INVALID_ROWS: 'the answer could not be understood, so nothing of it was kept',
  SOURCE_ERROR: 'the source of the figures gave an error',
  WORKER_DIED: 'the fetch stopped in the middle',
  STORE_UNWRITABLE: 'the folder of the ads cannot be written',
  NOTHING_TO_FETCH: 'none of these days can be fetched',
}

export function reasonFor(code: string | undefined): string {
  return REASONS[code ?? ''] ?? 'something unexpected happened'
}

/** A failure's code → what a person can do; nothing where it passes by itself. */
const REMEDIES: Readonly<Record<string, string>> = {
  OAUTH_FAILED: 'Sign in to Google again: set a new GOOGLE_ADS_REFRESH_TOKEN (or key file), then restart.',
  AUTHENTICATION_FAILED: 'Check the GOOGLE_ADS_… settings, then restart.',
  AUTHORIZATION_FAILED: 'The failure says what is refused and what to do.',
  ACCOUNT_CLOSED:
    'Nothing to do: what was fetched stays. Take it out of GOOGLE_ADS_CUSTOMER_ID to ask no more.',
  NOT_SERVED: 'Set GOOGLE_ADS_API_VERSION to a newer version, then restart.',
  QUOTA_EXHAUSTED: 'Nothing to do: the next run goes on where this one stopped.',
  STORE_UNWRITABLE: 'Make room on the disk, or let the server write to the folder of ADS_DIR.',
  SERVER_ERROR: 'Try again later.',
  NETWORK: 'Check the connection to the internet, then fetch again.',
}

export function remedyFor(code: string | undefined): string | undefined {
  return REMEDIES[code ?? '']
}

const OF_SIGN_IN = ['OAUTH_FAILED', 'AUTHENTICATION_FAILED', 'AUTHORIZATION_FAILED', 'NOT_SERVED']

/** A check of the connection would tell more. */
export function mayBeSignIn(run: Pick<Run, 'code' | 'failed'>): boolean {
  return OF_SIGN_IN.includes(run.code ?? run.failed[0]?.code ?? '')
}

/** It failed for what stays as it is until a person mends it: fetching again would fail again. */
export function needsMending(run: Pick<Run, 'state' | 'code' | 'failed'>): boolean {
  return run.state === 'failed' && mayBeSignIn(run)
}

export function isActive({ state }: Pick<Run, 'state'>): boolean {
  return state === 'queued' || state === 'running'
}

export interface RunProgress {
  /** Days to be fetched: without those that were there already. */
  due: number
  /** Fetched or failed. */
  over: number
  /** 0 to 1 */
  share: number
}

export function progressOf(run: Run): RunProgress {
  const due = run.requested - run.skipped
  const over = run.done + run.failed_count
  return { due, over, share: due === 0 ? (isActive(run) ? 0 : 1) : Math.min(1, over / due) }
}

/** “12 days/s”; nothing before it can be told. */
export function rateOf(run: Run, nowMs: number): string | undefined {
  const seconds = (nowMs - Date.parse(run.started_at)) / 1000
  const { over } = progressOf(run)
  if (seconds < 1 || over === 0) return undefined
  const perSecond = over / seconds
  return perSecond >= 1
    ? `${count(Math.round(perSecond))} days/s`
    : `${count(Math.round(perSecond * 60))} days/min`
}

export function timeLeft(run: Run): string | undefined {
  return run.eta_ms === undefined ? undefined : `about ${duration(run.eta_ms)} left`
}

const MAX_SAME_DAY_MS = 12 * 3_600_000

/** What it waits for while nothing moves, and until when. */
export function waitInWords(run: Run, nowMs: number): string | undefined {
  const { waiting_for: reason, waiting_until: until, waiting_code: code } = run
  if (reason === undefined || until === undefined) return undefined
  const untilMs = Date.parse(until)
  const when = untilMs - nowMs > MAX_SAME_DAY_MS ? moment(until) : timeOfDay(untilMs)
  if (code === 'RATE_LIMITED') return `waiting for quota, until ${when}`
  if (code === 'NETWORK' || code === 'SERVER_ERROR' || code === 'TIMEOUT')
    return `${reasonFor(code)}: trying again at ${when}`
  return `trying again at ${when} what went wrong`
}

export function retriesInWords({ retries }: Pick<Run, 'retries'>): string | undefined {
  return retries === 0 ? undefined : plural(retries, 'retry', 'retries')
}

/** What was asked for. */
export function askedInWords({ kind, from, to }: Pick<Run, 'kind' | 'from' | 'to'>): string {
  if (kind === 'daily') return 'Daily update'
  if (from === null || to === null) return kind === 'backfill' ? 'Backfill' : 'A range of days'
  if (from === to) return mediumDate(from)
  const days = `${mediumDate(from)} – ${mediumDate(to)} (${plural(lengthOf({ from, to }), 'day')})`
  return kind === 'backfill' ? `Backfill · ${days}` : days
}

/** What a parked run means for its figures. */
export function parkedInWords(parkedUntil: string): string {
  return `The quota is used up until ${moment(parkedUntil)}. What was fetched is kept; the next fetch goes on from there.`
}

/** What became of a run that has ended. */
export function outcomeOf(run: Run): string {
  // Without a unit: each is one date of one report of one account.
  const fetched = `${count(run.done)} of ${count(progressOf(run).due)} fetched`
  switch (run.state) {
    case 'done':
      return run.done === 0 && run.failed_count === 0 ? 'Up to date' : `Done: ${fetched}`
    case 'failed':
      return `Failed: ${fetched}`
    case 'parked':
      return `Waiting for quota: ${fetched}`
    case 'interrupted':
      return `Interrupted: ${fetched}; nothing is lost`
    default:
      return 'Under way'
  }
}

/** The failures by their reason, most first. */
export function failuresByReason(run: Run): { reason: string; days: number; detail: string }[] {
  const groups = new Map<string, { reason: string; days: number; detail: string }>()
  for (const { code, detail } of run.failed) {
    const group = groups.get(code) ?? { reason: reasonFor(code), days: 0, detail }
    group.days++
    groups.set(code, group)
  }
  return [...groups.values()].toSorted((a, b) => b.days - a.days)
}
