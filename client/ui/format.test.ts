import { describe, expect, test } from 'bun:test'
import { bytes, count, duration, fraction, microsAsMoney, money, monthName, weekdayName } from './format.ts'

describe('money', () => {
  test('keeps every decimal of the amount, in the manner of the locale', () => {
    expect(money('1234.50', 'USD', 'en-US')).toBe('$1,234.50')
    expect(money('1234.50', 'EUR', 'de-DE')).toBe('1.234,50\u00a0€')
    expect(money('980', 'JPY', 'en-US')).toBe('¥980')
  })

  test('is exact beyond what a float can hold', () => {
    expect(money('9007199254740993.01', 'USD', 'en-US')).toBe('$9,007,199,254,740,993.01')
  })

  test('of micros is rounded to the currency', () => {
    expect(microsAsMoney('1234567890', 'USD', 'en-US')).toBe('$1,234.57')
    expect(microsAsMoney('5', 'USD', 'en-US')).toBe('$0.00')
    expect(microsAsMoney('0', 'USD', 'en-US')).toBe('$0.00')
    expect(microsAsMoney('-1500000', 'USD', 'en-US')).toBe('-$1.50')
  })

  test('without a known currency is a plain number', () => {
    expect(microsAsMoney('1500000', '', 'en-US')).toBe('1.50')
  })
})

test('numbers are grouped as the locale does', () => {
  expect(count(1_234_567, 'de-DE')).toBe('1.234.567')
  expect(fraction(12.345, 'en-US')).toBe('12.3')
})

test('months and weekdays are those of the calendar, not of a time zone', () => {
  expect(monthName('2025-03-01', 'en-US')).toBe('Mar')
  expect([0, 6].map((day) => weekdayName(day, 'en-US'))).toEqual(['Mon', 'Sun'])
})

test('a duration is told as precisely as one wants to know it', () => {
  expect([300, 42_000, 200_000, 7_500_000].map(duration)).toEqual(['1 s', '42 s', '3 min', '2 h 5 min'])
})

test('sizes are in steps of a thousand, in the manner of the locale', () => {
  expect([0, 999, 12_400, 1_500_000, 3e13].map((size) => bytes(size, 'en-US'))).toEqual([
    '0 byte',
    '999 byte',
    '12 kB',
    '1.5 MB',
    '30 TB',
  ])
})
