import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '#server/config.ts'
import { createLogger } from '#server/platform/log.ts'
import { createMetrics } from '#server/platform/metrics.ts'
import { until } from '#scripts/lab/harness/until.ts'
import { createAds } from '#server/ads/create-ads.ts'
import { isDue, isOverdue } from './schedule.ts'

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

test('a tick is followed once, whichever way the clock is set meanwhile, and none is waited for too long', () => {
  const tick = '2026-11-22T05:30:00.000Z'
  const run = { ...daily, started_at: '2026-11-22T05:30:00.250Z' }
  expect(isDue(berlin, [], at(tick))).toBe(true)
  expect(isDue(berlin, [{ ...run, started_at: '2026-11-21T05:30:00.250Z' }], at(tick))).toBe(true)
  // Set back by less than a second, by a day: the same tick again.
  expect(isDue(berlin, [run], at(tick))).toBe(false)
  expect(isDue(berlin, [run, { ...run, started_at: '2026-11-21T05:30:00.250Z' }], at(tick))).toBe(false)
  // It was a year ahead, and has been set right.
  const ahead = { ...run, started_at: '2027-12-01T05:30:00.250Z' }
  expect(isDue(berlin, [ahead], at(tick))).toBe(true)
  expect(isOverdue(berlin, [ahead], at('2026-11-22T12:00:00Z'))).toBe(true)
})

test('a clock that stands still makes one run of many ticks; a day later it is one again', async () => {
  const source = join(folder, 'ticking.mjs')
  writeFileSync(source, 'export async function fetchData() { return [{ campaign_id: 1, clicks: 1 }] }')
  const { ads: options } = readConfig({
    ADS_SOURCE: source,
    ADS_DIR: join(folder, 'ticking'),
    ADS_REPORTS: 'campaign',
    ADS_CRON: '* * * * * *',
    ADS_CRON_TIMEZONE: 'UTC',
    ADS_LOOKBACK_DAYS: '3',
  })
  let now = at('2026-11-20T12:00:00Z')
  await using ads = createAds(options, {
    clock: { now: () => now },
    log: createLogger({ level: 'warn', format: 'json' }),
    metrics: createMetrics(),
    acquireRunLease: async () => ({ [Symbol.asyncDispose]: async () => {} }),
  })
  ads.startSchedule()
  const ended = () => ads.runs().filter(({ finished_at: end }) => end !== null).length
  const ticks = async (count: number) => {
    for (let tick = 0; tick < count; tick += 1) {
      const next = ads.nextRun()?.getTime()
      await until('the schedule ticks', () => ads.nextRun()?.getTime() !== next)
    }
  }
  await until('the first tick is followed', () => ended() === 1)
  await ticks(3)
  expect(ads.runs()).toHaveLength(1)
  now += 86_400_000
  await until('the tick after it is followed', () => ended() === 2)
  await ticks(3)
  expect(ads.runs()).toHaveLength(2)
}, 60_000)

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
