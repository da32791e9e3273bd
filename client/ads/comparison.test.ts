import { describe, expect, test } from 'bun:test'
import { changeInWords, compare, type SumsByDate } from './comparison.ts'
import { comparedInWords, stepPairInWords } from './comparison-labels.ts'
import { dateOf, dayNumber } from './calendar-grid.ts'

type Row = SumsByDate['rows'][number]

const row = (date: string, clicks: number): Row => ({
  date,
  currency: 'USD',
  impressions: 0,
  clicks,
  cost_micros: '9007199254740993',
  conversions: 0,
  conversions_value: 0,
  ctr: null,
  average_cpc_micros: null,
  cost_per_conversion_micros: null,
  roas: null,
})

const report = { name: 'campaign', label: 'Campaign', dimensions: [], metrics: [], not_summed: [] }

function sums(from: string, clicks: readonly number[], more: Partial<SumsByDate> = {}): SumsByDate {
  const dates = clicks.map((_, index) => dateOf(dayNumber(from) + index))
  const rows = dates.map((date, index) => row(date, clicks[index] ?? 0))
  return { from, to: dates.at(-1) ?? from, missing: 0, rows, report, ...more }
}

const now = sums('2026-03-01', [5, 6, 7, 8])
const before = sums('2026-02-25', [1, 2, 3, 4])
const told = { metric: 'clicks', currency: 'USD' }

describe('a range and the one it is compared with', () => {
  test('stand side by side, and are summed exactly', () => {
    const compared = compare(now, before, 'day')
    expect(compared.steps.map(({ date, dateBefore }) => [date, dateBefore])[3]).toEqual([
      '2026-03-04',
      '2026-02-28',
    ])
    expect([compared.sum.clicks, compared.sumBefore.clicks]).toEqual([26, 10])
    expect(compared.sum.cost_micros).toBe('36028797018963972')
    expect(comparedInWords(compared, 'the 4 days before', told)).toBe(
      'is 160% more than in the 4 days before, 10.',
    )
  })

  test('are not compared while a day is lacking', () => {
    const [, ...rows] = before.rows
    const lacking = { ...now, rows: now.rows.slice(0, 3), missing: 1 }
    const compared = compare(lacking, { ...before, rows, missing: 1 }, 'day')
    expect(compared.steps[3]?.now).toBeUndefined()
    expect(comparedInWords(compared, 'the 4 days before', told)).toBe(
      'in 4 days; not compared, because days are not stored: 1 of these and 1 of the 4 days before.',
    )
    const last = compared.steps[3]
    expect(last && stepPairInWords(last, { ...told, interval: 'day' })).toBe(
      'Wednesday, March 4, 2026: not stored · Saturday, February 28, 2026: 4',
    )
  })

  test('is not known at all while no day is stored', () => {
    const compared = compare({ ...now, rows: [], missing: 4 }, before, 'day')
    expect(comparedInWords(compared, 'the 4 days before', told)).toBe(
      'what these 4 days came to: none of them is stored.',
    )
  })

  test('may be of unlike length, and there may be none', () => {
    const shorter = compare(now, { ...before, to: '2026-02-26', rows: before.rows.slice(0, 2) }, 'day')
    expect(shorter.steps.map(({ dateBefore }) => dateBefore)).toEqual([
      '2026-02-25',
      '2026-02-26',
      undefined,
      undefined,
    ])
    const alone = compare(now, undefined, 'day')
    expect(comparedInWords(alone, 'nothing', told)).toBe('in 4 days.')
    const [first] = alone.steps
    expect(first && stepPairInWords(first, { ...told, interval: 'week' })).toBe('Week from Mar 1, 2026: 5')
  })
})

test('a change is told in percent of what was', () => {
  expect([changeInWords(108, 100), changeInWords(50, 100), changeInWords(1001, 1000)]).toEqual([
    '8% more than',
    '50% less than',
    'as much as',
  ])
  expect(changeInWords(5, 0)).toBeUndefined()
})
