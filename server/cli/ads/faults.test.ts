/** Each fault of the simulator, through the real command line to the exit code and the folder it leaves. */
import { expect, setDefaultTimeout, test } from 'bun:test'
import { join } from 'node:path'
import { readdirSync } from 'node:fs'
import type { Scenario } from '#scripts/lab/simulator/faults.ts'
import type { SimulatorOptions } from '#scripts/lab/simulator/server.ts'
import { builtInReport } from '#server/ads/definition/files.ts'
import { expectedRows } from './expected-rows.testing.ts'
import { dateFiles, expectedSums, openBench, readCsv, sumsByDate, type Bench } from './ads-command.testing.ts'

// Children on a busy machine.
setDefaultTimeout(120_000)

const [FROM, TO] = ['2026-01-01', '2026-01-30']
const DATES = 30
const FETCH = `fetch --start ${FROM} --end ${TO} --json`

async function expectWhole(bench: Bench, report = 'campaign'): Promise<void> {
  const rows = readCsv(join(bench.dir, `${report}.csv`))
  expect(sumsByDate(rows)).toEqual(expectedSums(await bench.expected(report, FROM, TO)))
  await expectSound(bench)
}

/** Nothing half-written: what is there verifies, and no temp file is left. */
async function expectSound(bench: Bench): Promise<void> {
  const verified = await bench.ads('verify --json')
  expect(verified.code).toBe(0)
  expect(readCsv(join(bench.dir, 'index.csv'))).toHaveLength(dateFiles(bench.dir).length)
  expect(readdirSync(join(bench.dir, '.state/tmp'))).toEqual([])
}

const PASSING: Scenario[] = [
  'plain',
  'temporary-quota',
  'mid-stream-error',
  'truncation',
  'stall',
  'html-502',
  'reset',
  'token-death',
]
for (const scenario of PASSING) {
  test(`${scenario}: every date arrives, whole and once`, async () => {
    await using bench = openBench({ scenario, usesUntilDeath: 20 })
    const { code, summary } = await bench.ads(FETCH)
    expect({ code, fetched: summary.fetched, failed: summary.failed }).toEqual({
      code: 0,
      fetched: DATES,
      failed: [],
    })
    expect(summary.requests).toBe(
      (await bench.stats()).figures + (scenario === 'token-death' ? summary.retries : 0),
    )
    expect(summary.retries > 0).toBe(scenario !== 'plain')
    await expectWhole(bench)
  })
}

test('token-death: one refresh serves all workers', async () => {
  await using bench = openBench({ scenario: 'token-death', usesUntilDeath: 20 })
  await bench.ads(FETCH)
  const { tokens } = await bench.stats()
  expect(tokens).toBeGreaterThan(1)
  expect(tokens).toBeLessThanOrEqual(4)
})

test('mixed: with a fault at three requests in ten, every row of two years arrives, whole and once', async () => {
  await using bench = openBench({ scenario: 'mixed', seed: 7 })
  const { code, summary } = await bench.ads('backfill --json')
  expect({ code, failed: summary.failed }).toEqual({ code: 0, failed: [] })
  const rows = readCsv(join(bench.dir, 'campaign.csv'))
  expect(rows).toEqual(expectedRows(builtInReport('campaign'), summary, { seed: 7 }))
  await expectSound(bench)

  const { faults, figures } = await bench.stats()
  expect(Object.keys(faults).toSorted()).toEqual([
    'cut-chunk',
    'dead-token',
    'html-502',
    'json-500',
    'json-503',
    'mid-stream-error',
    'reset',
    'stall',
    'temporary-quota',
    'truncation',
  ])
  const struck = Object.values(faults).reduce((sum, count) => sum + count, 0)
  expect(struck / figures).toBeGreaterThan(0.26)
  expect(struck / figures).toBeLessThan(0.34)
})

test('mixed: the other reports arrive whole too', async () => {
  await using bench = openBench({ scenario: 'mixed', seed: 3 })
  const { code } = await bench.ads(`${FETCH} --report ad_group --report keyword --report product`)
  expect(code).toBe(0)
  for (const report of ['ad_group', 'keyword', 'product'] as const) {
    const rows = readCsv(join(bench.dir, `${report}.csv`))
    expect(rows).toEqual(expectedRows(builtInReport(report), { from: FROM, to: TO }, { seed: 3 }))
  }
  await expectSound(bench)
})

const FINAL: {
  name: string
  options: SimulatorOptions
  code: number
  failure: string
  asked: number
}[] = [
  { name: 'revoked', options: { scenario: 'revoked' }, code: 3, failure: 'OAUTH_FAILED', asked: 0 },
  {
    name: 'a token that is never accepted',
    options: { scenario: 'token-death', usesUntilDeath: 1 },
    code: 3,
    failure: 'AUTHENTICATION_FAILED',
    asked: 8,
  },
  {
    name: 'wrong-manager',
    options: { scenario: 'wrong-manager' },
    code: 1,
    failure: 'AUTHORIZATION_FAILED',
    asked: 0,
  },
  {
    name: 'retired-version',
    options: { scenario: 'retired-version' },
    code: 2,
    failure: 'NOT_SERVED',
    asked: 0,
  },
  { name: 'bad-query', options: { scenario: 'bad-query' }, code: 1, failure: 'REQUEST_REFUSED', asked: 8 },
]
for (const { name, options, code, failure, asked } of FINAL) {
  test(`${name}: stops at once with ${code}, names every date, and leaves nothing behind`, async () => {
    await using bench = openBench(options)
    const run = await bench.ads(FETCH)
    expect({ code: run.code, failed: run.summary.failed.length }).toEqual({
      code,
      failed: DATES - run.summary.fetched,
    })
    expect(new Set(run.summary.failed.map((each) => each.code))).toEqual(new Set([failure]))
    expect((await bench.stats()).figures).toBeLessThanOrEqual(asked)
    expect(run.stderr).not.toContain('secret')
    const status = await bench.ads('status --json --start 2026-01-01 --end 2026-01-03')
    const { days } = JSON.parse(status.stdout)
    if (run.summary.fetched === 0) expect(days[0]).toMatchObject({ state: 'failed', code: failure })
    expect(dateFiles(bench.dir)).toHaveLength(run.summary.fetched)
  })
}

test('daily-quota: parks with 4, says until when, and the next run takes up the rest', async () => {
  await using bench = openBench({ scenario: 'daily-quota', dailyQuota: 18 })
  const { code, summary } = await bench.ads(FETCH)
  expect(code).toBe(4)
  expect(summary).toMatchObject({ fetched: 18, failed: [], requested: DATES })
  expect(Date.parse(summary.parked_until ?? '')).toBeGreaterThan(Date.now() + 11 * 3_600_000)
  // Only those that were under way when it ran out were asked in vain.
  expect((await bench.stats()).figures).toBeLessThanOrEqual(18 + 8)
  await expectSound(bench)

  await using refilled = openBench()
  const next = await bench.ads(FETCH, refilled.env)
  expect(next.summary).toMatchObject({ requested: DATES })
  const rest = await bench.ads(FETCH, { ...refilled.env, ADS_DIR: bench.dir })
  expect(rest).toMatchObject({ code: 0, summary: { skipped: 18, fetched: 12 } })
})

test('outage: a service that is away for a while is waited for, with one request at a time', async () => {
  await using bench = openBench({ scenario: 'outage' })
  const { code, summary } = await bench.ads(FETCH)
  expect({ code, fetched: summary.fetched }).toEqual({ code: 0, fetched: DATES })
  expect(summary.retries).toBe(15)
  await expectWhole(bench)
})
