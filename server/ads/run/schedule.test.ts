import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '#server/config.ts'
import { createLogger } from '#server/platform/log.ts'
import { createMetrics } from '#server/platform/metrics.ts'
import { until } from '#scripts/lab/harness/until.ts'
import { createAds } from '#server/ads/create-ads.ts'
import { isOverdue } from './schedule.ts'

const folder = mkdtempSync(join(tmpdir(), 'adstock-schedule-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const berlin = { cron: '30 6 * * *', zone: 'Europe/Berlin' }
const daily = { kind: 'daily', state: 'done', skipped: 700 } as const
const at = (time: string) => Date.parse(time)

test.each([
  [
    'no tick since the last daily run',
    '2026-11-22T05:31:00Z',
    { ...daily, started_at: '2026-11-22T05:30:00Z' },
    false,
  ],
  ['a tick since', '2026-11-23T05:31:00Z', { ...daily, started_at: '2026-11-22T05:30:00Z' }, true],
  ['weeks since', '2026-12-22T12:00:00Z', { ...daily, started_at: '2026-11-22T05:30:00Z' }, true],
  [
    'it was interrupted',
    '2026-11-22T06:00:00Z',
    { ...daily, state: 'interrupted', started_at: '2026-11-22T05:30:00Z' },
    true,
  ],
  [
    'dates failed',
    '2026-11-22T06:00:00Z',
    { ...daily, state: 'failed', started_at: '2026-11-22T05:30:00Z' },
    true,
  ],
  [
    'the quota was used up',
    '2026-11-22T06:00:00Z',
    { ...daily, state: 'parked', started_at: '2026-11-22T05:30:00Z' },
    false,
  ],
  [
    'a backfill fetched everything',
    '2026-11-22T06:00:00Z',
    { ...daily, kind: 'backfill', skipped: 0, started_at: '2026-11-22T05:40:00Z' },
    false,
  ],
  [
    'a backfill found most of it there',
    '2026-11-22T06:00:00Z',
    { ...daily, kind: 'backfill', started_at: '2026-11-22T05:40:00Z' },
    true,
  ],
] as const)('overdue when %s at %s', (_, now, run, expected) => {
  expect(isOverdue(berlin, [run], at(now))).toBe(expected)
})

test('nothing is overdue in a new store, nor without a schedule; the zone decides when it ticks', () => {
  const run = { ...daily, started_at: '2026-11-22T05:30:00Z' }
  expect(isOverdue(berlin, [], at('2026-11-25T00:00:00Z'))).toBe(false)
  expect(isOverdue({ ...berlin, cron: 'off' }, [run], at('2026-11-25T00:00:00Z'))).toBe(false)
  // 06:30 in New York is 11:30 UTC.
  const newYork = { ...berlin, zone: 'America/New_York' }
  expect(isOverdue(newYork, [run], at('2026-11-22T11:29:00Z'))).toBe(false)
  expect(isOverdue(newYork, [run], at('2026-11-22T11:31:00Z'))).toBe(true)
  expect(
    isOverdue(newYork, [{ ...run, started_at: '2026-11-22T11:30:00Z' }], at('2026-11-23T11:29:00Z')),
  ).toBe(false)
})

test('a server that was down at the tick makes up for it, recent dates included', async () => {
  const source = join(folder, 'source.mjs')
  writeFileSync(source, 'export async function fetchData() { return [{ campaign_id: 1, clicks: 1 }] }')
  const { ads: options } = readConfig({
    ADS_SOURCE: source,
    ADS_DIR: join(folder, 'store'),
    ADS_REPORTS: 'campaign',
    ADS_CRON_TIMEZONE: 'UTC',
    ADS_LOOKBACK_DAYS: '3',
  })
  const startAt = async (now: string) => {
    const aheadMs = at(now) - Date.now()
    await using ads = createAds(options, {
      // It goes on from there: nobody tries again as long as time stands still.
      clock: { now: () => Date.now() + aheadMs },
      log: createLogger({ level: 'warn', format: 'json' }),
      metrics: createMetrics(),
      acquireRunLease: async () => ({ [Symbol.asyncDispose]: async () => {} }),
    })
    ads.catchUp()
    const run = await until(
      `a run of ${now} has ended`,
      () => ads.runs()[0],
      (last) => last !== undefined && last.finished_at !== null && Date.parse(last.started_at) >= at(now),
    )
    return { kind: run?.kind, done: run?.done }
  }
  expect(await startAt('2026-11-20T12:00:00Z')).toEqual({ kind: 'backfill', done: 730 })
  expect(await startAt('2026-11-20T13:00:00Z')).toEqual({ kind: 'backfill', done: 0 })
  // Two ticks were missed: two new dates, and those that were still in their window when they were last fetched.
  expect(await startAt('2026-11-22T13:00:00Z')).toEqual({ kind: 'daily', done: 4 })
  expect(await startAt('2026-11-22T14:00:00Z')).toEqual({ kind: 'backfill', done: 0 })
}, 60_000)
