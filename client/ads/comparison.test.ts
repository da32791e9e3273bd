import { describe, expect, test } from 'bun:test'
import { changeInWords, compare } from './comparison.ts'
import { comparedInWords, dayInWords } from './comparison-labels.ts'
import type { Day } from './days.ts'
import { dateOf, dayNumber } from './calendar-grid.ts'

const day = (date: string, clicks: number, state: Day['state'] = 'complete'): Day => ({
  date,
  report: 'campaign',
  customer_id: '1',
  state,
  rows: 1,
  fetched_at: null,
  impressions: 0,
  clicks,
  cost_micros: '9007199254740993',
  conversions: 0,
  conversions_value: 0,
})

const days = Array.from({ length: 8 }, (_, index) => day(dateOf(dayNumber('2026-02-25') + index), index + 1))
const range = { from: '2026-03-01', to: '2026-03-04' }

describe('a period and the one before it', () => {
  test('are equally long, side by side, and summed exactly', () => {
    const compared = compare({ days, reports: [] }, range)
    expect(compared.before).toEqual({ from: '2026-02-25', to: '2026-02-28' })
    expect(compared.days.map(({ date, dateBefore }) => [date, dateBefore])[3]).toEqual([
      '2026-03-04',
      '2026-02-28',
    ])
    expect([compared.sum.clicks, compared.sumBefore.clicks]).toEqual([26, 10])
    expect(compared.sum.cost_micros).toBe('36028797018963972')
    expect(comparedInWords(compared, 'clicks', 'USD')).toBe('is 160% more than in the 4 days before, 10.')
  })

  test('are not compared while a day is lacking', () => {
    const compared = compare(
      { days: [...days.slice(1, -1), day('2026-03-04', 9, 'failed')], reports: [] },
      range,
    )
    expect(compared.days[3]?.day).toBeUndefined()
    expect(comparedInWords(compared, 'clicks', 'USD')).toBe(
      'in 4 days; not compared, because days are not stored: 1 of these and 1 of the 4 days before.',
    )
    const last = compared.days[3]
    expect(last && dayInWords(last, 'clicks', 'USD')).toBe(
      'Wednesday, March 4, 2026: not stored · Saturday, February 28, 2026: 4',
    )
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
