import { describe, expect, test } from 'bun:test'
import type { Day } from './days.ts'
import { amountOf, shadeOf, shadeSteps, stepEnds, formatMetric, formatCompact } from './metric.ts'
import { shadingOf } from './shading.ts'

const day = (cost: number, more: Partial<Day> = {}): Day => ({
  date: '2026-01-01',
  report: 'campaign',
  customer_id: '1',
  state: 'complete',
  rows: 1,
  fetched_at: '2026-02-01T00:00:00.000Z',
  impressions: 10,
  clicks: 2,
  cost_micros: String(cost * 1_000_000),
  conversions: 0.5,
  conversions_value: 1,
  ...more,
})

describe('the steps of a shade', () => {
  const days = Array.from({ length: 100 }, (_, index) => day(index + 1))

  test('hold as many days each, however far apart the figures are', () => {
    const skewed = [...days, day(1_000_000)]
    const ends = stepEnds(skewed, 'cost')
    expect(ends.map((end) => end / 1_000_000)).toEqual([21, 41, 61, 81])
    const shades = skewed.map((each) => shadeOf(amountOf(each, 'cost'), ends))
    expect([1, 2, 3, 4, 5].map((shade) => shades.filter((each) => each === shade).length)).toEqual([
      21, 20, 20, 20, 20,
    ])
  })

  test('end in the darkest one, also where there are few', () => {
    const ends = stepEnds([day(1), day(1), day(5)], 'cost')
    expect(shadeOf(amountOf(day(5), 'cost'), ends)).toBe(5)
    expect(shadeSteps(ends).at(-1)).toMatchObject({ shade: 5, upTo: undefined })
    expect(shadeSteps(ends)).toHaveLength(ends.length + 1)
    expect(shadeOf(7, [])).toBe(5)
  })

  test('begin above nothing', () => {
    expect(stepEnds([day(0), day(0)], 'cost')).toEqual([])
    expect(shadeOf(0, [3])).toBe(0)
  })
})

describe('a square', () => {
  const days = [day(1), day(9), day(0, { state: 'missing' }), day(3, { state: 'provisional' })]

  test('keeps the shape of its state where there is no figure', () => {
    const { markOf } = shadingOf(days, 'cost')
    expect(days.map((each) => markOf(each).shade === undefined)).toEqual([false, false, true, false])
    expect(markOf(day(0)).key).toBe('shade-0')
  })

  test('tells its state as long as nothing else is asked for', () => {
    const { markOf } = shadingOf(days, 'state')
    expect(days.map((each) => markOf(each).key)).toEqual(['complete', 'complete', 'missing', 'provisional'])
  })
})

test('a figure is told exactly, and shortly in a legend', () => {
  expect(formatMetric(day(1234), 'cost', 'USD')).toBe('$1,234.00')
  expect(formatMetric(day(1), 'clicks', 'USD')).toBe('2')
  expect(formatCompact(1_234_000_000, 'cost', 'USD')).toBe('$1.23K')
  expect(formatCompact(45_600, 'clicks', 'USD')).toBe('45.6K')
})
