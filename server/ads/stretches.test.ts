import { expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { datesOf } from './calendar.ts'
import { DAY_STATES, type Day } from './schema.ts'
import { calendarsOf } from './stretches.ts'

const DATES = datesOf({ from: '2026-02-20', to: '2026-03-10' })
const day = fc.record({
  state: fc.constantFrom(...DAY_STATES),
  old_columns: fc.constantFrom(undefined, true),
})

test('stretches say of each date what the days say, in as few as possible', () => {
  fc.assert(
    fc.property(fc.array(day, { minLength: DATES.length, maxLength: DATES.length }), (of) => {
      const days = DATES.map((date, index) => dayOn(date, of[index] ?? { state: 'missing' }))
      const [calendar] = calendarsOf(days)
      const stretches = calendar?.stretches ?? []
      const told = stretches.flatMap(({ from, to, state, old_columns }) =>
        datesOf({ from, to }).map((date) => ({ date, state, old_columns })),
      )
      expect(told).toEqual(days.map(({ date, state, old_columns }) => ({ date, state, old_columns })))
      for (const [index, { state, old_columns }] of stretches.entries())
        expect({ state, old_columns }).not.toEqual({
          state: stretches[index - 1]?.state,
          old_columns: stretches[index - 1]?.old_columns,
        })
    }),
  )
})

test('each report and account has its own, with how much of it is stored', () => {
  const days = ['1', '2'].flatMap((customer_id) =>
    DATES.map((date) => ({
      ...dayOn(date, { state: 'complete' }),
      customer_id,
      fetched_at: `${date}T05:00Z`,
    })),
  )
  expect(calendarsOf(days)).toEqual(
    ['1', '2'].map((customer_id) => ({
      report: 'campaign',
      customer_id,
      stored: DATES.length,
      last_fetched_at: '2026-03-10T05:00Z',
      stretches: [{ from: '2026-02-20', to: '2026-03-10', state: 'complete' }],
    })),
  )
})

function dayOn(date: string, { state, old_columns }: Partial<Day> & Pick<Day, 'state'>): Day {
  return {
    date,
    report: 'campaign',
    customer_id: '1',
    state,
    rows: 0,
    fetched_at: null,
    impressions: 0,
    clicks: 0,
    cost_micros: '0',
    conversions: 0,
    conversions_value: 0,
    ...(old_columns && { old_columns }),
  }
}
