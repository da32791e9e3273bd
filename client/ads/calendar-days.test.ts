import { expect, test } from 'bun:test'
import { daysOf, type Calendar } from './calendar-days.ts'
import { NOTHING, type Day } from './days.ts'
import { hasFigures, isStored } from './metric.ts'

const calendar: Calendar = {
  source: 'demo',
  from: '2026-02-27',
  to: '2026-03-02',
  currency: 'USD',
  accounts: [],
  reports: [],
  coverage: [],
  calendars: [
    {
      report: 'campaign',
      customer_id: '1',
      stored: 3,
      last_fetched_at: null,
      stretches: [
        { from: '2026-02-27', to: '2026-03-01', state: 'complete' },
        { from: '2026-03-02', to: '2026-03-02', state: 'missing' },
      ],
    },
  ],
}

test('each day has its state at once, and its figures once they are known and of that state', () => {
  const { days } = daysOf(calendar, undefined)
  expect(days.map(({ date, state }) => [date, state])).toEqual([
    ['2026-02-27', 'complete'],
    ['2026-02-28', 'complete'],
    ['2026-03-01', 'complete'],
    ['2026-03-02', 'missing'],
  ])
  expect(days.map((day) => [isStored(day), hasFigures(day)])[0]).toEqual([true, false])

  const figured = (date: string, state: Day['state'], clicks: number): Day => ({
    ...NOTHING,
    date,
    state,
    report: 'campaign',
    customer_id: '1',
    rows: 1,
    fetched_at: null,
    clicks,
  })
  const read = daysOf(calendar, [figured('2026-02-27', 'complete', 5), figured('2026-02-28', 'missing', 0)])
  expect(read.days.map((day) => [day.clicks, hasFigures(day)]).slice(0, 2)).toEqual([
    [5, true],
    [0, false],
  ])
  const other = { ...figured('2026-02-27', 'complete', 5), customer_id: '2' }
  expect(daysOf(calendar, [other]).days.some(hasFigures)).toBe(false)
})
