import { expect, test } from 'bun:test'
import { coverOf, type Counted } from './cover.ts'

const none: Counted = { units: 0, events: 0, weight: 0, days: 28 }
const sold = (units: number, days: number, weight = units): Counted => ({
  units,
  events: weight,
  weight,
  days,
})

test('the short window is taken once it has ten events, so that a new rate is told soon', () => {
  const long = sold(56, 28)
  expect(coverOf(20, { short: sold(9, 7), long })).toMatchObject({ windowDays: 28, ratePerDay: 2, days: 10 })
  expect(coverOf(20, { short: sold(28, 7), long })).toMatchObject({ windowDays: 7, ratePerDay: 4, days: 5 })
})

test('few events say so, and widen the range', () => {
  const of = (weight: number) => coverOf(100, { short: none, long: sold(28, 28, weight) })
  expect([of(1), of(9), of(10), of(29), of(30)].map(({ confidence }) => confidence)).toEqual([
    'low',
    'low',
    'medium',
    'medium',
    'high',
  ])
  expect(of(1).range).toEqual({ from: 25, to: null })
  expect(of(4).range).toEqual({ from: 100 / 1.5 ** 2, to: 400 })
  const { from, to } = of(400).range ?? {}
  expect([Math.round(from ?? 0), Math.round(to ?? 0)]).toEqual([91, 111])
})

test('nothing sold, or less than came back, has no end', () => {
  expect(coverOf(5, { short: none, long: none })).toMatchObject({ ratePerDay: 0, days: null, range: null })
  expect(coverOf(5, { short: none, long: { ...sold(2, 28), units: -1 } })).toMatchObject({
    ratePerDay: 0,
    days: null,
  })
  expect(coverOf(5, { short: none, long: { ...none, days: 0 } })).toMatchObject({ ratePerDay: 0, days: null })
})
