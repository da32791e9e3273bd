import { describe, expect, test } from 'bun:test'
import { dateIn, datesOf } from './calendar.ts'
import { clampRange, isProvisional, oldestAvailable, planDates, twoYears, type PlanInput } from './plan.ts'

const at = (instant: string) => Temporal.Instant.from(instant).epochMilliseconds

test('today is the date of the account, whatever the host thinks', () => {
  const cases: [instant: string, zone: string, date: string][] = [
    ['2026-11-22T04:59:59Z', 'America/New_York', '2026-11-21'],
    ['2026-11-22T05:00:00Z', 'America/New_York', '2026-11-22'],
    // The day on which the clocks go forward begins an hour "earlier" in UTC the day after.
    ['2026-03-08T04:59:59Z', 'America/New_York', '2026-03-07'],
    ['2026-03-09T03:59:59Z', 'America/New_York', '2026-03-08'],
    ['2026-03-09T04:00:00Z', 'America/New_York', '2026-03-09'],
    // And on the day they go back it has 25 hours.
    ['2026-11-01T04:00:00Z', 'America/New_York', '2026-11-01'],
    ['2026-11-02T04:59:59Z', 'America/New_York', '2026-11-01'],
    ['2026-06-30T11:30:00Z', 'Pacific/Auckland', '2026-06-30'],
    ['2026-06-30T12:00:00Z', 'Pacific/Auckland', '2026-07-01'],
  ]
  for (const [instant, zone, date] of cases) expect(dateIn(zone, at(instant))).toBe(date)
})

test('two years end yesterday and have 730 dates, 731 around a 29 February', () => {
  const cases: [today: string, from: string, to: string, length: number][] = [
    ['2026-11-22', '2024-11-22', '2026-11-21', 730],
    ['2025-02-10', '2023-02-10', '2025-02-09', 731],
    ['2024-03-01', '2022-03-01', '2024-02-29', 731],
    ['2026-03-01', '2024-02-29', '2026-02-28', 731],
  ]
  for (const [today, from, to, length] of cases) {
    expect(twoYears(today)).toEqual({ from, to })
    expect(datesOf({ from, to })).toHaveLength(length)
  }
})

test('the clocks change and no date is lost or doubled', () => {
  const dates = datesOf({ from: '2026-03-06', to: '2026-03-10' })
  expect(dates).toEqual(['2026-03-06', '2026-03-07', '2026-03-08', '2026-03-09', '2026-03-10'])
})

describe('which dates are due', () => {
  const range = { from: '2026-11-10', to: '2026-11-21' }
  const plan = (more: Partial<PlanInput>) =>
    planDates({
      kind: 'backfill',
      range,
      today: '2026-11-22',
      lookbackDays: 5,
      refresh: false,
      present: () => ({ isPartial: false, fetchedOn: () => '2026-11-22' }),
      ...more,
    })

  test('a backfill wants what is missing, newest first', () => {
    const present = (date: string) =>
      date === '2026-11-12' || date === '2026-11-20'
        ? undefined
        : { isPartial: false, fetchedOn: () => '2026-11-21' }
    expect(plan({ present })).toEqual({ due: ['2026-11-20', '2026-11-12'], skipped: 10 })
  })

  test('daily wants the lookback window again', () => {
    expect(plan({ kind: 'daily' }).due).toEqual(
      datesOf({ from: '2026-11-17', to: '2026-11-21' }).toReversed(),
    )
  })

  test('daily wants a date that left its window without a last fetch, however long ago', () => {
    const present = (date: string) => ({
      isPartial: false,
      fetchedOn: () => (date === '2026-11-11' ? '2026-11-15' : '2026-11-22'),
    })
    expect(plan({ kind: 'daily', present }).due.at(-1)).toBe('2026-11-11')
  })

  test('a date that was not over when it was fetched is due for every command', () => {
    const present = (date: string) => ({
      isPartial: date === '2026-11-12',
      fetchedOn: () => '2026-11-22',
    })
    for (const kind of ['backfill', 'fetch', 'daily'] as const)
      expect(plan({ kind, lookbackDays: 0, present }).due).toEqual(['2026-11-12'])
  })

  test('refresh wants all', () => {
    expect(plan({ refresh: true })).toMatchObject({ skipped: 0 })
  })
})

test('a date is provisional until it was fetched after its window', () => {
  expect(isProvisional('2026-11-01', '2026-11-05', 5)).toBe(true)
  expect(isProvisional('2026-11-01', '2026-11-06', 5)).toBe(false)
  expect(isProvisional('2026-11-01', '2026-11-02', 0)).toBe(false)
})

test('a range is cut to what can be had, and says so', () => {
  const oldest = oldestAvailable('2026-11-22')
  expect(oldest).toBe('2023-10-22')
  expect(clampRange({ from: '2024-01-01', to: '2026-11-22' }, '2026-11-22', oldest)).toEqual({
    range: { from: '2024-01-01', to: '2026-11-22' },
  })
  const cut = clampRange({ from: '2020-01-01', to: '2027-01-01' }, '2026-11-22', oldest)
  expect(cut.range).toEqual({ from: '2023-10-22', to: '2026-11-22' })
  expect(cut.notice).toContain('37 months')
  expect(clampRange({ from: '2020-01-01', to: '2020-01-02' }, '2026-11-22', undefined).notice).toBeUndefined()
  for (const range of [
    { from: '2020-01-01', to: '2020-01-05' },
    { from: '2027-01-01', to: '2027-01-05' },
  ]) {
    const { range: left, notice } = clampRange(range, '2026-11-22', oldest)
    expect(left).toBeUndefined()
    expect(notice).toContain(`Nothing of ${range.from} to ${range.to} can be had`)
  }
})
