import { describe, expect, test } from 'bun:test'
import {
  againstInWords,
  isAgainst,
  isPeriod,
  ownRange,
  periodChoices,
  rangeAgainst,
  rangeOf,
  writeOwnRange,
} from './period.ts'
import { stepsOf, usualInterval } from './range-steps.ts'

const within = { from: '2024-11-26', to: '2026-11-25' }
const october = { from: '2026-10-01', to: '2026-10-31' }

describe('a period', () => {
  test('is a number of days, a month, or what is picked, within what there is', () => {
    expect(rangeOf('7', within, undefined)).toEqual({ from: '2026-11-19', to: '2026-11-25' })
    expect(rangeOf('2026-10', within, undefined)).toEqual(october)
    expect(rangeOf('2026-11', within, undefined)).toEqual({ from: '2026-11-01', to: '2026-11-25' })
    expect(rangeOf('2024-11', within, undefined)).toEqual({ from: '2024-11-26', to: '2024-11-30' })
    expect(rangeOf('picked', within, october)).toEqual(october)
  })

  test('is offered for every month that there is, newest first', () => {
    const months = periodChoices(within, undefined).filter(({ value }) => value.includes('-'))
    expect([months.length, months[0]?.value, months.at(-1)?.value]).toEqual([25, '2026-11', '2024-11'])
  })

  test('that an address cannot mean is none', () => {
    expect(['30', 'picked', '2025-10'].every(isPeriod)).toBe(true)
    expect(['', '31', '2025-13', '2025-1', 'all'].some(isPeriod)).toBe(false)
    expect(['year', 'none', '2025-10', '2025-10-01_2025-10-09'].every(isAgainst)).toBe(true)
    expect(['', 'week', '2025-10-01_', '2025-02-30_2025-03-01'].some(isAgainst)).toBe(false)
  })
})

describe('what a range is compared with', () => {
  test('a whole month with the month before, other days with as many before', () => {
    expect(rangeAgainst('before', october)).toEqual({ from: '2026-09-01', to: '2026-09-30' })
    expect(rangeAgainst('before', { from: '2026-10-01', to: '2026-10-30' })).toEqual({
      from: '2026-09-01',
      to: '2026-09-30',
    })
    expect(rangeAgainst('before', { from: '2026-10-02', to: '2026-10-03' })).toEqual({
      from: '2026-09-30',
      to: '2026-10-01',
    })
  })

  test('the same days of last year, another month, any range, or nothing', () => {
    expect(rangeAgainst('year', october)).toEqual({ from: '2025-10-01', to: '2025-10-31' })
    expect(rangeAgainst('year', { from: '2028-02-28', to: '2028-02-29' })).toEqual({
      from: '2027-02-28',
      to: '2027-02-28',
    })
    expect(rangeAgainst('2025-02', october)).toEqual({ from: '2025-02-01', to: '2025-02-28' })
    const own = { from: '2025-10-01', to: '2025-10-09' }
    expect(rangeAgainst(writeOwnRange(own), october)).toEqual(own)
    expect(ownRange('2025-10')).toBeUndefined()
    expect(rangeAgainst('none', october)).toBeUndefined()
  })

  test('has a name', () => {
    const days = { from: '2026-10-02', to: '2026-10-04' }
    expect(againstInWords('before', days)).toBe('the 3 days before')
    expect(againstInWords('before', october)).toBe('Sep 2026')
    expect(againstInWords('year', october)).toBe('the same days of the year before')
    expect(againstInWords('2025-09', days)).toBe('Sep 2025')
    expect(againstInWords('2025-10-01_2025-10-09', days)).toBe('Oct 1, 2025 – Oct 9, 2025')
  })
})

test('weeks begin on Monday and months on the first, but not before the range does', () => {
  const range = { from: '2026-01-07', to: '2026-02-03' }
  expect(stepsOf(range, 'week')).toEqual([
    '2026-01-07',
    '2026-01-12',
    '2026-01-19',
    '2026-01-26',
    '2026-02-02',
  ])
  expect(stepsOf(range, 'month')).toEqual(['2026-01-07', '2026-02-01'])
  expect(stepsOf(range, 'day')).toHaveLength(28)
  expect([90, 365, 730].map((days) => usualInterval(rangeOf(String(days), within, undefined)))).toEqual([
    'day',
    'week',
    'month',
  ])
})
