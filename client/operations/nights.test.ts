import { expect, test } from 'bun:test'
import type { Run } from '#client/ads/days.ts'
import { nightsOf } from './nights.ts'

const NOW = Date.parse('2026-03-20T09:00:00Z')

const run = (started_at: string, state: Run['state'], kind: Run['kind'] = 'daily') =>
  ({ id: started_at, started_at, state, kind }) as Run

function statesOf(runs: readonly Run[], more: Partial<Parameters<typeof nightsOf>[1]> = {}) {
  const nights = nightsOf(runs, { zone: 'UTC', nowMs: NOW, nextRunAt: null, keptRuns: 50, ...more })
  return Object.fromEntries(nights.map(({ date, state }) => [date.slice(5), state]))
}

test('a night that failed is mended by a later run of all that is missing, and by no other', () => {
  const failed = run('2026-03-19T06:30:00Z', 'failed')
  expect(statesOf([failed])['03-19']).toBe('failed')
  expect(statesOf([run('2026-03-19T09:00:00Z', 'done', 'fetch'), failed])['03-19']).toBe('failed')
  expect(statesOf([run('2026-03-19T09:00:00Z', 'failed', 'backfill'), failed])['03-19']).toBe('failed')
  expect(statesOf([run('2026-03-19T09:00:00Z', 'done', 'backfill'), failed])['03-19']).toBe('mended')
  expect(statesOf([failed, run('2026-03-18T06:30:00Z', 'done')])).toMatchObject({
    '03-18': 'done',
    '03-19': 'failed',
  })
})

test('fourteen nights end today, on the dates of the zone of the schedule', () => {
  const late = run('2026-03-19T23:30:00Z', 'done')
  expect(Object.keys(statesOf([]))).toHaveLength(14)
  expect(statesOf([late])).toMatchObject({ '03-07': 'none', '03-19': 'done', '03-20': 'none' })
  expect(statesOf([late], { zone: 'Europe/Berlin' })).toMatchObject({ '03-19': 'none', '03-20': 'done' })
})

test('what is still to come, and what is no longer on record, is no missed night', () => {
  const runs = [run('2026-03-15T06:30:00Z', 'done'), run('2026-03-14T06:30:00Z', 'parked')]
  const states = statesOf(runs, { nextRunAt: '2026-03-20T20:00:00Z', keptRuns: 2 })
  expect(states).toMatchObject({
    '03-13': 'unknown',
    '03-14': 'mended',
    '03-15': 'done',
    '03-16': 'none',
    '03-20': 'due',
  })
})
