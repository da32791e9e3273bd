/** kill -9 of a backfill, at places that hurt and at any moment. */
import { expect, setDefaultTimeout, test } from 'bun:test'
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { readRestatements } from '#server/ads/store/restatements.ts'
import { chance } from '#server/ads/demo/hashed-chance.ts'
import { builtInReport } from '#server/ads/definition/files.ts'
import { expectedRows } from './expected-rows.testing.ts'
import { FAIL_POINTS, type FailPoint } from './fail-point.testing.ts'
import { dateFiles, openBench, readCsv, type Bench } from './ads-command.testing.ts'

/** `KILLS=200 bun test server/cli/ads/kill.test.ts` for a long run, `KILL_SEED` for other moments. */
const KILLS = Number(process.env['KILLS'] ?? 7)
const SEED = Number(process.env['KILL_SEED'] ?? 1)
// Children on a busy machine.
setDefaultTimeout(120_000 + KILLS * 20_000)

/** How often each date was asked for, and which dates are whole by now. */
async function look(bench: Bench) {
  const { dates } = await bench.stats()
  const there = dateFiles(bench.dir).map((path) => /date=([\d-]+)/.exec(path)?.[1] ?? '')
  return { there, asked: (date: string) => dates[`campaign 1234567890 ${date}`] ?? 0 }
}

type Look = Awaited<ReturnType<typeof look>>

async function expectNothingTwice(bench: Bench, before: Look): Promise<void> {
  const { asked } = await look(bench)
  for (const date of before.there)
    expect({ date, asked: asked(date) }).toEqual({ date, asked: before.asked(date) })
}

async function expectWhole(bench: Bench, range: { from: string; to: string }): Promise<void> {
  expect(await bench.ads('verify')).toMatchObject({ code: 0 })
  expect(readCsv(join(bench.dir, 'campaign.csv'))).toEqual(expectedRows(builtInReport('campaign'), range))
  expect(readdirSync(join(bench.dir, '.state/tmp'))).toEqual([])
}

const RANGE = { from: '2026-01-01', to: '2026-03-01' }
const FETCH = `fetch --start ${RANGE.from} --end ${RANGE.to} --json`

for (const point of Object.keys(FAIL_POINTS) as FailPoint[]) {
  test(`killed when ${point}: the store verifies, and the next run completes it`, async () => {
    await using bench = openBench()
    const at = /index is written|aggregated file is (?:written|in its place)/.test(point) ? '1' : '17'
    const killed = bench.spawn(FETCH, { FAIL_POINT: point, FAIL_AT: at })
    await killed.exited
    expect(killed.signalCode).toBe('SIGKILL')
    expect(await bench.ads('verify')).toMatchObject({ code: 0 })
    const before = await look(bench)
    expect(before.there.length).toBeGreaterThan(point.includes('index is written') ? -1 : 7)
    expect(await bench.ads(FETCH)).toMatchObject({ code: 0, summary: { skipped: before.there.length } })
    await expectNothingTwice(bench, before)
    await expectWhole(bench, RANGE)
  })
}

for (const [point, at] of [
  ['a date is in its place and not yet in the index', '9'],
  ['the index is written and not yet in its place', '1'],
] as const) {
  test(`killed when ${point}, while dates are restated: each change is told once`, async () => {
    await using bench = openBench()
    await using restating = openBench({ seed: 2 })
    await bench.ads(FETCH)
    const index = () => new Map(readCsv(join(bench.dir, 'index.csv')).map((line) => [line['date'], line]))
    const before = index()
    const killed = restating.spawn(`${FETCH} --refresh`, {
      ADS_DIR: bench.dir,
      FAIL_POINT: point,
      FAIL_AT: at,
    })
    await killed.exited
    expect(killed.signalCode).toBe('SIGKILL')
    expect(await bench.ads('verify')).toMatchObject({ code: 0 })
    for (let opening = 0; opening < 2; opening++) await bench.ads('aggregate')
    const changed = [...index()].filter(([date, line]) => line['sha256'] !== before.get(date)?.['sha256'])
    expect(changed.length).toBeGreaterThan(0)
    const told = readRestatements(bench.dir).map(({ date, restatedAt }) => `${date} ${restatedAt}`)
    expect(told.toSorted()).toEqual(changed.map(([date, line]) => `${date} ${line['fetched_at']}`))
  })
}

test(`killed at ${KILLS} random moments: the store always verifies, and nothing whole is asked for twice`, async () => {
  await using bench = openBench({ latencyMs: 15 })
  let before = await look(bench)
  for (let kill = 0; kill < KILLS; kill++) {
    const running = bench.spawn('backfill --json')
    await Promise.race([running.exited, Bun.sleep(100 + 1_400 * chance(SEED, 'kill', kill))])
    running.kill('SIGKILL')
    await running.exited
    await expectNothingTwice(bench, before)
    const { code, stdout } = await bench.ads('verify')
    // Killed before it held the lock, it has made no store yet.
    const expected = existsSync(join(bench.dir, '.state')) ? 0 : 2
    expect({ kill, code, stdout: code === expected ? '' : stdout }).toEqual({
      kill,
      code: expected,
      stdout: '',
    })
    if (running.signalCode === null) {
      // It was done before: the next one begins anew.
      for (const name of readdirSync(bench.dir)) rmSync(join(bench.dir, name), { recursive: true })
    }
    before = await look(bench)
  }
  const { code, summary } = await bench.ads('backfill --json')
  expect(code).toBe(0)
  await expectNothingTwice(bench, before)
  await expectWhole(bench, summary)
})
