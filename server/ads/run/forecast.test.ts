import { expect, test } from 'bun:test'
import { forecast, paceOf, requestsInLastDay, unitsPerDate } from './forecast.ts'

const NOW = Date.parse('2026-11-22T12:00:00Z')
const stored = (units: number, hoursAgo: number) => ({
  report: 'campaign' as const,
  units,
  fetchedAt: new Date(NOW - hoursAgo * 3_600_000).toISOString(),
})

test('what was asked in the last 24 hours counts against the same day', () => {
  const lines = [stored(600, 1), stored(600, 23), stored(600, 25)]
  const { requests, requestsLastDay, levels } = forecast([{ report: 'campaign', dates: 2_879 }], {
    stored: lines,
    runs: [],
    nowMs: NOW,
  })
  expect({ requests, requestsLastDay }).toEqual({ requests: 2_879, requestsLastDay: 2 })
  expect(levels.map(({ name, fits, days }) => [name, fits, days])).toEqual([
    ['explorer', false, 2],
    ['basic', true, 1],
    ['standard', true, 1],
  ])
})

test('what was asked counts with its retries and failures, and of a run that lasted over a day its share', () => {
  const run = (requests: number, startedHoursAgo: number, endedHoursAgo: number | null) => ({
    requests,
    started_at: new Date(NOW - startedHoursAgo * 3_600_000).toISOString(),
    finished_at: endedHoursAgo === null ? null : new Date(NOW - endedHoursAgo * 3_600_000).toISOString(),
  })
  const runs = [run(9, 1, null), run(20, 2, 2), run(300, 36, 12), run(4_000, 30, 25)]
  expect(requestsInLastDay({ runs, stored: [], nowMs: NOW })).toBe(9 + 20 + 150)
  const stored200 = Array.from({ length: 200 }, () => stored(600, 3))
  expect(requestsInLastDay({ runs, stored: stored200, nowMs: NOW })).toBe(200)
})

test('units are the median of what the report cost before, one dear day aside', () => {
  expect(unitsPerDate('campaign', [stored(500, 1), stored(700, 1), stored(90_000, 1), stored(0, 1)])).toBe(
    700,
  )
  expect(unitsPerDate('product', [stored(500, 1)])).toBe(600)
})

test('nothing due costs nothing', () => {
  const { units, levels } = forecast([{ report: 'campaign', dates: 0 }], { stored: [], runs: [], nowMs: NOW })
  expect({ units, days: levels.map(({ days }) => days) }).toEqual({ units: 0, days: [0, 0, 0] })
})

test('the pace is that of the newest run that had enough to do, over its whole time', () => {
  const run = (done: number, seconds: number | null) => ({
    done,
    started_at: '2026-11-22T11:59:00Z',
    finished_at: seconds === null ? null : new Date(NOW - 60_000 + seconds * 1000).toISOString(),
  })
  expect(paceOf([run(1, 30), run(100, 50), run(700, 1)], NOW)).toBe(2)
  expect(paceOf([run(120, null)], NOW)).toBe(2)
  expect(paceOf([run(3, 1)], NOW)).toBeUndefined()
})
