import { expect, test } from 'bun:test'
import { forecast, unitsPerDate } from './forecast.ts'

const NOW = Date.parse('2026-11-22T12:00:00Z')
const stored = (units: number, hoursAgo: number) => ({
  report: 'campaign' as const,
  units,
  fetchedAt: new Date(NOW - hoursAgo * 3_600_000).toISOString(),
})

test('what was asked in the last 24 hours counts against the same day', () => {
  const lines = [stored(600, 1), stored(600, 23), stored(600, 25)]
  const { operations, operationsLastDay, levels } = forecast(
    [{ report: 'campaign', dates: 2_879 }],
    lines,
    NOW,
  )
  expect({ operations, operationsLastDay }).toEqual({ operations: 2_879, operationsLastDay: 2 })
  expect(levels.map(({ name, fits, days }) => [name, fits, days])).toEqual([
    ['explorer', false, 2],
    ['basic', true, 1],
    ['standard', true, 1],
  ])
})

test('units are the median of what the report cost before, one dear day aside', () => {
  expect(unitsPerDate('campaign', [stored(500, 1), stored(700, 1), stored(90_000, 1), stored(0, 1)])).toBe(
    700,
  )
  expect(unitsPerDate('product', [stored(500, 1)])).toBe(600)
})

test('nothing due costs nothing', () => {
  const { units, levels } = forecast([{ report: 'campaign', dates: 0 }], [], NOW)
  expect({ units, days: levels.map(({ days }) => days) }).toEqual({ units: 0, days: [0, 0, 0] })
})
