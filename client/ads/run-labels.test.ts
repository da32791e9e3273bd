import { describe, expect, test } from 'bun:test'
import type { Run } from './days.ts'
import {
  askedInWords,
  failuresByReason,
  outcomeOf,
  progressOf,
  rateOf,
  remedyFor,
  retriesInWords,
  timeLeft,
  waitInWords,
} from './run-labels.ts'

const run: Run = {
  id: 'r',
  state: 'running',
  kind: 'backfill',
  from: '2024-11-22',
  to: '2026-11-21',
  reports: ['campaign'],
  requested: 730,
  skipped: 330,
  done: 190,
  failed: [],
  failed_count: 10,
  rows: 0,
  requests: 0,
  retries: 0,
  started_at: '2026-11-22T10:00:00.000Z',
  finished_at: null,
}
const tenSecondsLater = Date.parse('2026-11-22T10:00:10.000Z')

describe('a run', () => {
  test('is measured by what it has to do, not by what was there already', () => {
    expect(progressOf(run)).toEqual({ due: 400, over: 200, share: 0.5 })
    expect(progressOf({ ...run, requested: 0, skipped: 0, done: 0, failed_count: 0 }).share).toBe(0)
  })

  test('tells its rate and the time left once they can be known', () => {
    expect(rateOf(run, tenSecondsLater)).toBe('20 days/s')
    expect(rateOf({ ...run, done: 0, failed_count: 0 }, tenSecondsLater)).toBeUndefined()
    expect(timeLeft({ ...run, eta_ms: 61_000 })).toBe('about 61 s left')
    expect(timeLeft(run)).toBeUndefined()
  })

  test.each([
    [{ state: 'done', done: 0, failed_count: 0 }, 'Up to date'],
    [{ state: 'done', done: 3, failed_count: 0 }, 'Done: 3 of 400 fetched'],
    [{ state: 'failed', done: 3, failed_count: 1 }, 'Failed: 3 of 400 fetched'],
    [{ state: 'interrupted', done: 1, failed_count: 0 }, 'Interrupted: 1 of 400 fetched; nothing is lost'],
  ] as const)('that ended as %p says so', (ended, words) => {
    expect(outcomeOf({ ...run, ...ended })).toBe(words)
  })

  test('groups its failures by their reason, most first', () => {
    const failure = { report: 'campaign', customer_id: '1', date: '2026-01-01', detail: 'x' } as const
    const failed = ['TIMEOUT', 'NETWORK', 'NETWORK'].map((code) => ({ ...failure, code }))
    expect(failuresByReason({ ...run, failed }).map(({ reason, days }) => [reason, days])).toEqual([
      ['Google could not be reached', 2],
      ['Google took too long to answer', 1],
    ])
  })
})

test('what a person can do is said, and nothing where it passes by itself', () => {
  expect(remedyFor('OAUTH_FAILED')).toContain('GOOGLE_ADS_REFRESH_TOKEN')
  expect(remedyFor('NOT_SERVED')).toContain('GOOGLE_ADS_API_VERSION')
  expect(remedyFor('BROKEN_STREAM')).toBeUndefined()
  expect(remedyFor(undefined)).toBeUndefined()
})

test('what is waited for is a matter of its code, and until when one of the clock', () => {
  const until = '2026-11-22T10:05:00.000Z'
  const waiting = { ...run, waiting_for: 'Too many requests. Retry in 4 seconds.', waiting_until: until }
  const at = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' }).format(new Date(until))
  const wait = (code?: string) =>
    waitInWords({ ...waiting, ...(code !== undefined && { waiting_code: code }) }, tenSecondsLater)
  expect(wait('RATE_LIMITED')).toBe(`waiting for quota, until ${at}`)
  expect(wait('NETWORK')).toBe(`Google could not be reached: trying again at ${at}`)
  expect(wait()).toBe(`trying again at ${at} what went wrong`)
  expect(waitInWords(run, tenSecondsLater)).toBeUndefined()
})

test('what was asked for is told as a person would', () => {
  expect(askedInWords({ ...run, kind: 'daily' })).toBe('Daily update')
  expect(askedInWords({ kind: 'fetch', from: '2026-01-05', to: '2026-01-05' })).toBe('Jan 5, 2026')
  expect(askedInWords({ kind: 'fetch', from: '2026-01-05', to: '2026-01-07' })).toBe(
    'Jan 5, 2026 – Jan 7, 2026 (3 days)',
  )
  expect(askedInWords({ kind: 'backfill', from: null, to: null })).toBe('Backfill')
})

test('retries are told once there are some', () => {
  expect([0, 1, 2].map((retries) => retriesInWords({ retries }))).toEqual([undefined, '1 retry', '2 retries'])
})
