import { expect, test } from 'bun:test'
import { lastDays, lengthOf, periodBefore, readRange, span } from './range.ts'
import { readView, writeView } from './use-view.ts'

test('a range is the same from whichever end it was picked', () => {
  expect(span('2026-03-05', '2026-03-01')).toEqual(span('2026-03-01', '2026-03-05'))
  expect(lengthOf(span('2024-02-28', '2024-03-01'))).toBe(3)
})

test('the period before ends where the range begins', () => {
  expect(periodBefore({ from: '2026-03-01', to: '2026-03-31' })).toEqual({
    from: '2026-01-29',
    to: '2026-02-28',
  })
})

test('the last days stay within what there is', () => {
  const years = { from: '2026-01-01', to: '2026-01-10' }
  expect(lastDays(3, years)).toEqual({ from: '2026-01-08', to: '2026-01-10' })
  expect(lastDays(30, years)).toEqual(years)
})

test('an address that means no range is none', () => {
  expect(readRange('2026-01-05', '2026-01-02')).toEqual({ from: '2026-01-02', to: '2026-01-05' })
  for (const from of [null, '', 'soon', '2026-02-30', '2026-1-1'])
    expect(readRange(from, '2026-01-02')).toBeUndefined()
})

test('what is shown is read from the address and written to it, and what is plain is not written', () => {
  const plain = readView(new URLSearchParams('report=product'))
  const usual = { period: undefined, against: 'before', interval: undefined }
  expect(plain).toEqual({ show: undefined, metric: 'cost', ...usual })
  expect(writeView(new URLSearchParams('report=product'), plain).toString()).toBe('report=product')
  const shown = {
    show: 'clicks',
    metric: 'conversions',
    period: '2025-10',
    against: 'year',
    interval: 'week',
  } as const
  const written = writeView(new URLSearchParams(), shown)
  expect(written.toString()).toBe('show=clicks&metric=conversions&period=2025-10&against=year&by=week')
  expect(readView(written)).toEqual(shown)
  expect(readView(new URLSearchParams('show=state')).show).toBe('state')
  expect(readView(new URLSearchParams('show=money&period=5&against=ever&by=year'))).toEqual(plain)
})
