import { expect, test } from 'bun:test'
import type { Days } from '#client/ads/days.ts'
import { lastDates, moversOf, periodsOf, weekBefore } from './figures.ts'

const TO = '2026-03-15'

function day(date: string, customerId: string, micros: string, state = 'complete') {
  return {
    date,
    report: 'campaign',
    customer_id: customerId,
    state,
    rows: 1,
    fetched_at: null,
    impressions: 10,
    clicks: 1,
    cost_micros: micros,
    conversions: 0.5,
    conversions_value: 2,
  }
}

function daysOf(days: readonly ReturnType<typeof day>[]): Days {
  const accounts = [
    { customer_id: '1', name: 'A', currency: 'USD', time_zone: 'UTC' },
    { customer_id: '2', name: 'B', currency: 'EUR', time_zone: 'UTC' },
  ]
  return { source: 'google', from: '', to: TO, currency: '', accounts, coverage: [], days } as unknown as Days
}

test('a date stands beside the same weekday before, each currency by itself', () => {
  const days = daysOf([
    day('2026-03-15', '1', '300'),
    day('2026-03-08', '1', '200'),
    day('2026-03-15', '2', '7'),
    day('2026-03-08', '2', '0', 'empty'),
    { ...day('2026-03-15', '1', '999'), report: 'product' },
  ])
  const periods = periodsOf(days, lastDates(TO, 1))
  expect(
    periods.map(({ currency, now, before, missing }) => [
      currency,
      now.cost_micros,
      before.cost_micros,
      missing,
    ]),
  ).toEqual([
    ['USD', '300', '200', 0],
    ['EUR', '7', '0', 0],
  ])
  expect(periods[0]?.trend).toHaveLength(14)
  expect([periods[0]?.trend.at(-1), periods[0]?.trend[6]]).toEqual([300, 200])
})

test('a date that is missing in either week is counted, one that a closed account lacks is not', () => {
  const days = daysOf([
    day('2026-03-15', '1', '300'),
    day('2026-03-08', '1', '0', 'missing'),
    day('2026-03-15', '2', '0', 'closed'),
  ])
  expect(periodsOf(days, lastDates(TO, 1)).map(({ missing }) => missing)).toEqual([1, 0])
})

test('a week is followed by the one before it', () => {
  expect(weekBefore(lastDates(TO, 7))).toEqual({ from: '2026-03-02', to: '2026-03-08' })
})

test('what changed most comes first, up or down, also what is new or gone', () => {
  const row = (campaign_id: string, cost_micros: string, currency = 'USD') =>
    ({ campaign_id, campaign_name: `Campaign ${campaign_id}`, cost_micros, currency }) as Parameters<
      typeof moversOf
    >[0][number]
  const movers = moversOf(
    [row('up', '500'), row('same', '9'), row('new', '80'), row('up', '1', 'EUR')],
    [row('up', '100'), row('same', '9'), row('gone', '90')],
  )
  expect(
    movers.map(({ name, currency, costMicros, changeMicros }) => [name, currency, costMicros, changeMicros]),
  ).toEqual([
    ['Campaign up', 'USD', 500n, 400n],
    ['Campaign gone', 'USD', 0n, -90n],
    ['Campaign new', 'USD', 80n, 80n],
    ['Campaign up', 'EUR', 1n, 1n],
  ])
})
