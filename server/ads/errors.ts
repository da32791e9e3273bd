/**
 * What can go wrong on the way to a date, as nouns with data. A throw inside a worker reaches its parent as
 * one string, so across that border, and in files, an error travels as a `Failure`.
 */
import type { DateOfReport } from './plan.ts'

export type FailureCode =
  | 'TIMEOUT'
  | 'NETWORK'
  | 'BROKEN_STREAM'
  | 'SERVER_ERROR'
  | 'RATE_LIMITED'
  | 'QUOTA_EXHAUSTED'
  | 'OAUTH_FAILED'
  | 'AUTHENTICATION_FAILED'
  | 'AUTHORIZATION_FAILED'
  | 'ACCOUNT_CLOSED'
  | 'REQUEST_REFUSED'
  | 'REPORT_INVALID'
  | 'NOT_SERVED'
  | 'PAGE_TOKEN_EXPIRED'
  | 'INVALID_ROWS'
  | 'SOURCE_ERROR'
  | 'WORKER_DIED'
  | 'STORE_UNWRITABLE'
  | 'NOTHING_TO_FETCH'

/** Whom a rate limit slows: the account that was asked, or every account of this developer. */
export type RateScope = 'account' | 'developer'

export interface Failure {
  code: FailureCode
  detail: string
  /** How long the other side asked us to wait. */
  retryAfterMs?: number
  rateScope?: RateScope
  /** It came after an answer had begun: the stream broke, not the way there. */
  midStream?: true
  /** Within the time-out nothing came at all, not a byte and not a row: it may be the other side that is away. */
  silent?: true
}

/** A file of the store is not what was put there: its figures are not told, and it has to be fetched again. */
export class DamagedDateError extends Error {
  override readonly name = 'DamagedDateError'
  readonly of: DateOfReport

  constructor(of: DateOfReport, cause?: unknown) {
    const { report, customerId, date } = of
    super(`The file of ${report}, account ${customerId}, ${date} is damaged: fetch the date again.`, {
      cause,
    })
    this.of = of
  }
}

/** An error that has a place in the table of retry.ts. */
export class FetchError extends Error {
  override readonly name: string = 'FetchError'
  readonly failure: Failure

  constructor(code: FailureCode, detail: string, more: Omit<Failure, 'code' | 'detail'> = {}) {
    super(detail)
    this.failure = { code, detail, ...more }
  }
}

export class TimeoutError extends FetchError {
  override readonly name = 'TimeoutError'
  constructor(what: string, limitMs: number, more: Pick<Failure, 'silent'> = {}) {
    super('TIMEOUT', `${what} within ${limitMs / 1000} s.`, more)
  }
}

/** `daily` marks a quota that hours, not seconds, will bring back. */
export class RateLimitError extends FetchError {
  override readonly name = 'RateLimitError'
  constructor(
    detail: string,
    { daily = false, ...more }: { retryAfterMs?: number; rateScope?: RateScope; daily?: boolean },
  ) {
    super(daily ? 'QUOTA_EXHAUSTED' : 'RATE_LIMITED', detail, more)
  }
}

/** The credentials are refused for good: no retry helps, a person must act. */
export class OAuthError extends FetchError {
  override readonly name = 'OAuthError'
  constructor(detail: string) {
    super('OAUTH_FAILED', detail)
  }
}

/** The answer was read, and what it says cannot be stored as it is. */
export class InvalidRowsError extends FetchError {
  override readonly name = 'InvalidRowsError'
  constructor(detail: string) {
    super('INVALID_ROWS', detail)
  }
}

/** The folder cannot be written: full, read-only, forbidden. The same for every date. */
export class StoreError extends FetchError {
  override readonly name = 'StoreError'
  constructor(path: string, cause: unknown) {
    super(
      'STORE_UNWRITABLE',
      `Cannot write ${path}: ${cause instanceof Error ? cause.message : String(cause)}`,
    )
    this.cause = cause
  }
}

/** What a person has to set right before anything is fetched: an option, a variable, a folder. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError'
}

/** None of the dates that were asked for can be had. */
export class EmptyRangeError extends ConfigurationError {}

export interface LockHolder {
  pid: number
  host: string
  started_at: string
  command: string
}

export class StoreBusyError extends Error {
  override readonly name = 'StoreBusyError'
  readonly holder: LockHolder | undefined

  constructor(dir: string, holder: LockHolder | undefined) {
    const who = holder
      ? `pid ${holder.pid} on ${holder.host} (${holder.command}) since ${holder.started_at}`
      : 'its holder has not signed yet'
    super(`Another run holds the store ${dir}: ${who}.`)
    this.holder = holder
  }
}

/** The store of a folder is free, but the accounts are being asked already, from another machine. */
export class RunElsewhereError extends Error {
  override readonly name = 'RunElsewhereError'
  constructor() {
    super('Another server of this database is fetching ads just now.')
  }
}

const MAX_DETAIL = 500

/**
 * Errors of a custom source are known by their name, because a module of the user's cannot import our classes.
 * What is unknown fails its date and is never retried.
 */
export function toFailure(error: unknown): Failure {
  if (error instanceof FetchError) return error.failure
  if (error instanceof EmptyRangeError) return { code: 'NOTHING_TO_FETCH', detail: error.message }
  if (!(error instanceof Error)) return { code: 'SOURCE_ERROR', detail: clip(String(error)) }
  const detail = clip(error.message || error.name)
  if (error.name === 'TimeoutError') return { code: 'TIMEOUT', detail }
  if (error.name === 'OAuthError') return { code: 'OAUTH_FAILED', detail }
  if (error.name === 'RateLimitError') return { code: 'RATE_LIMITED', detail, ...retryAfterOf(error) }
  return { code: 'SOURCE_ERROR', detail }
}

function retryAfterOf(error: Error): { retryAfterMs?: number } {
  const value = 'retryAfterMs' in error ? error.retryAfterMs : undefined
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? { retryAfterMs: value } : {}
}

function clip(text: string): string {
  return text.length > MAX_DETAIL ? `${text.slice(0, MAX_DETAIL)}…` : text
}
