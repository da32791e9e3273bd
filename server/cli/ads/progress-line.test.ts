import { expect, test } from 'bun:test'
import { startProgress, startReportProgress, type Progress } from '#server/ads/run/progress.ts'
import { progressWords, waitLine } from './progress-line.ts'

const NOW = Date.parse('2026-11-22T15:00:00Z')

function run(more: Partial<Progress>): Progress {
  const range = { from: '2024-11-22', to: '2026-11-21' }
  const request = { kind: 'fetch', source: 'google', reports: ['campaign'], range } as const
  const due = Array.from({ length: 730 }, (_, day) => `${day}`)
  const tally = startReportProgress(
    { report: 'campaign', customerId: '1234567890', range },
    { due, skipped: 0 },
  )
  tally.fetched = 511
  return { ...startProgress(request, NOW - 100_000), state: 'running', tallies: [tally], ...more }
}

const waiting = {
  reason: `HTTP 429 quotaError.EXCESSIVE_SHORT_TERM_QUERY_RESOURCE_CONSUMPTION ${'Too many. '.repeat(9)}`,
  code: 'RATE_LIMITED',
  untilMs: NOW + 300_000,
} as const

test('a run that moves tells its pace and the time left', () => {
  expect(progressWords(run({}), NOW)).toBe('70% | 511/730 dates | 5.1 dates/s | 43s left')
})

test('a wait tells until when instead of an estimate, in what a terminal of 80 columns has beside the bar', () => {
  const words = progressWords(run({ waiting }), NOW)
  expect(words).toMatch(/^511\/730 dates \| waiting for quota until \d\d:\d\d:\d\d$/)
  expect(words.length).toBeLessThanOrEqual(80 - 21)
  expect(waitLine(run({ waiting }), NOW)).toMatch(/^waiting until \d\d:\d\d:\d\d: HTTP 429 quotaError/)
  expect(waitLine(run({}), NOW)).toBeUndefined()
})

test('a wait of more than half a day has its date', () => {
  const long = { ...waiting, untilMs: NOW + 86_400_000 }
  expect(progressWords(run({ waiting: long }), NOW)).toMatch(/until 2026-11-2\d \d\d:\d\d:\d\d$/)
})

test('before there are dates, what is being done is told', () => {
  const early = run({ tallies: [], activity: 'asking account 1234567890 about itself' })
  expect(progressWords(early, NOW)).toBe('asking account 1234567890 about itself')
  expect(waitLine({ ...early, waiting }, NOW)).toContain('asking account 1234567890 about itself: HTTP 429')
})
