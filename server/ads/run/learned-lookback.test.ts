import { expect, test } from 'bun:test'
import { addDays } from '#server/ads/calendar.ts'
import { noSums } from '#server/ads/metric.ts'
import type { Restatement } from '#server/ads/store/restatements.ts'
import { describeLookback, learnLookbacks } from './learned-lookback.ts'

const NOW = Date.parse('2026-11-20T12:00:00Z')
const AT = { fixedDays: 30, nowMs: NOW, zoneOf: () => 'UTC' }

function change(restatedOn: string, ageDays: number, more: Partial<Restatement> = {}): Restatement {
  return {
    report: 'campaign',
    customerId: '1234567890',
    date: addDays(restatedOn, -ageDays),
    restatedAt: `${restatedOn}T06:30:00.000Z`,
    fetchedAtBefore: `${addDays(restatedOn, -1)}T06:30:00.000Z`,
    before: { rows: 3, sums: noSums() },
    after: { rows: 3, sums: { ...noSums(), clicks: 1n } },
    ...more,
  }
}

/** One change of each age, on each of so many days. */
function changes(days: number, ages: readonly number[], more: Partial<Restatement> = {}): Restatement[] {
  return Array.from({ length: days }, (_, day) => addDays('2026-11-19', -day)).flatMap((on) =>
    ages.map((age) => change(on, age, more)),
  )
}

test('the oldest date that still changes, and a margin, are the lookback', () => {
  expect(learnLookbacks(changes(20, [1, 4, 9]), AT)).toEqual([
    {
      report: 'campaign',
      customerId: '1234567890',
      restatements: 60,
      since: '2026-10-31',
      latestChangeDays: 9,
      days: 12,
    },
  ])
})

test('where changes come at the end of what is looked at, more is asked for, and never more than 90 days', () => {
  expect(learnLookbacks(changes(20, [3, 30]), AT)[0]?.days).toBe(60)
  expect(learnLookbacks(changes(20, [3, 60]), { ...AT, fixedDays: 60 })[0]?.days).toBe(90)
})

test('each report and account learns by itself', () => {
  const all = [...changes(20, [5]), ...changes(20, [20], { customerId: '2222222222' })]
  expect(learnLookbacks(all, AT).map(({ customerId, days }) => [customerId, days])).toEqual([
    ['1234567890', 8],
    ['2222222222', 23],
  ])
})

test('nothing is learned from little, from long ago, from names alone, or from dates that lay fallow', () => {
  expect(learnLookbacks(changes(10, [1, 2, 3]), AT)).toEqual([])
  expect(learnLookbacks(changes(15, [1]), AT)).toEqual([])
  const longAgo = { ...AT, nowMs: NOW + 200 * 86_400_000 }
  expect(learnLookbacks(changes(20, [1, 4]), longAgo)).toEqual([])
  expect(learnLookbacks(changes(20, [1, 4], { after: { rows: 3, sums: noSums() } }), AT)).toEqual([])
  const refreshed = change('2026-11-10', 400, { fetchedAtBefore: '2025-10-07T06:30:00.000Z' })
  expect(learnLookbacks([...changes(20, [1, 4]), refreshed], AT)[0]?.latestChangeDays).toBe(4)
})

test('it is told with what it would save, and how to follow it', () => {
  const [learned] = learnLookbacks(changes(20, [9]), AT)
  if (!learned) throw new Error('Nothing was learned.')
  const options = { dir: '', lookbackDays: 30 }
  const proposed = describeLookback(learned, { ...options, followsLookback: false })
  expect(proposed).toContain('figures changed up to 9 days back (20 changes since 2026-10-31)')
  expect(proposed).toContain('12 dates a day instead of 30. Set ADS_LOOKBACK_DAYS=auto')
  expect(describeLookback(learned, { ...options, followsLookback: true })).toContain(
    'the daily job asks for 12 dates a day instead of 30',
  )
})
