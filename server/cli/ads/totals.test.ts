/** verify --totals through the real command line; two simulators of different seeds stand for figures that have changed. */
import { expect, setDefaultTimeout, test } from 'bun:test'
import { join } from 'node:path'
import { MANAGER_ID } from '#scripts/lab/simulator/tree.ts'
import { expectedSums, openBench, readCsv, sumsByDate, type Ended } from './ads-command.testing.ts'

// Children on a busy machine.
setDefaultTimeout(120_000)

const YEARS = '--start 2026-01-01 --end 2026-06-30'

interface Totals {
  report: string
  customer_id: string
  dates: number
  requests: number
  differences: { from: string; to: string; provisional: boolean; metrics: Record<string, object> }[]
}

const totalsOf = ({ stdout }: Ended) => JSON.parse(stdout).totals as Totals[]

test('a store that is right is confirmed by one query for each report', async () => {
  await using bench = openBench()
  await bench.ads(`fetch ${YEARS} --report campaign --report product`)
  const asked = (await bench.stats()).figures
  const verified = await bench.ads('verify --totals --json')
  expect(verified.code).toBe(0)
  expect(totalsOf(verified)).toMatchObject([
    { report: 'campaign', dates: 181, requests: 1, differences: [] },
    { report: 'product', dates: 181, requests: 1, differences: [] },
  ])
  // Far from one for each date. A request whose connection was just being closed is sent again.
  expect((await bench.stats()).figures - asked).toBeWithin(2, 5)
})

test('dates whose figures are others now are found, and named', async () => {
  await using bench = openBench()
  await using other = openBench({ seed: 2 })
  await bench.ads(`fetch ${YEARS}`)
  const elsewhere = { ...other.env, ADS_DIR: bench.dir }
  for (const date of ['2026-02-14', '2026-05-01'])
    await bench.ads(`fetch --refresh --start ${date} --end ${date}`, elsewhere)
  const verified = await bench.ads('verify --totals --json')
  expect(verified.code).toBe(1)
  const [campaign] = totalsOf(verified)
  expect(campaign?.differences.map(({ from, to, provisional }) => ({ from, to, provisional }))).toEqual([
    { from: '2026-02-14', to: '2026-02-14', provisional: false },
    { from: '2026-05-01', to: '2026-05-01', provisional: false },
  ])
  const [expected] = await bench.expected('campaign', '2026-02-14', '2026-02-14')
  const [stored] = await other.expected('campaign', '2026-02-14', '2026-02-14')
  expect(campaign?.differences[0]?.metrics['cost_micros']).toEqual({
    stored: stored?.cost_micros,
    google: expected?.cost_micros,
  })
  expect(campaign?.requests).toBeLessThanOrEqual(40)
  // The dates that were not looked at are none of its business.
  const june = await bench.ads('verify --totals --start 2026-06-01 --end 2026-06-30')
  expect({ code: june.code, same: june.stdout.includes("Google's sums are the same") }).toEqual({
    code: 0,
    same: true,
  })
})

test('a difference in provisional dates is told and expected; a gap is not counted', async () => {
  await using bench = openBench()
  await using other = openBench({ seed: 2 })
  const yesterday = Temporal.Now.plainDateISO('America/New_York').subtract({ days: 1 })
  const recent = `--start ${yesterday.subtract({ days: 5 }).toString()} --end ${yesterday.toString()}`
  await bench.ads('fetch --start 2026-01-01 --end 2026-01-05')
  await bench.ads('fetch --start 2026-01-10 --end 2026-01-15')
  await bench.ads(`fetch ${recent}`, { ...other.env, ADS_DIR: bench.dir })
  const verified = await bench.ads('verify --totals')
  expect(verified.code).toBe(0)
  expect(verified.stdout).toContain('to be expected: these dates are provisional')
  expect(verified.stdout).toContain("Google's sums are others")
})

test('restated days are seen, and fetching them again makes the store right', async () => {
  await using bench = openBench({ scenario: 'restated-days' })
  const january = '--start 2026-01-01 --end 2026-01-08'
  await bench.ads(`fetch ${january}`)
  const before = await bench.ads('verify --totals --json')
  expect(before.code).toBe(1)
  expect(Object.keys(totalsOf(before)[0]?.differences[0]?.metrics ?? {})).toEqual([
    'conversions',
    'conversions_value',
  ])
  await bench.ads(`fetch ${january} --refresh`)
  expect((await bench.ads('verify --totals')).code).toBe(0)
  const rows = readCsv(join(bench.dir, 'campaign.csv'))
  const expected = await bench.expected('campaign', '2026-01-01', '2026-01-08')
  expect(sumsByDate(rows)).toEqual(expectedSums(expected))
})

test('the accounts of a manager are each asked through it; who is refused is told so', async () => {
  await using bench = openBench({ scenario: 'manager' })
  await bench.ads('fetch --start 2026-01-01 --end 2026-01-05', { GOOGLE_ADS_CUSTOMER_ID: MANAGER_ID })
  const verified = await bench.ads('verify --totals --json')
  expect({ code: verified.code, accounts: totalsOf(verified).length }).toEqual({ code: 0, accounts: 3 })
  await using revoked = openBench({ scenario: 'revoked' })
  const refused = await bench.ads('verify --totals', { ...revoked.env, ADS_DIR: bench.dir })
  expect(refused.code).toBe(3)
  expect(refused.stdout).toContain('could not be asked')
})

test('what fills a store cannot be another than what confirms it', async () => {
  await using bench = openBench()
  await bench.ads('fetch --start 2026-01-01 --end 2026-01-05 --source demo')
  expect((await bench.ads('verify --totals')).code).toBe(2)
  const demo = await bench.ads('verify --totals', { ADS_SOURCE: 'demo' })
  expect(demo.code).toBe(2)
  expect(demo.stderr).toContain("compares with Google's own sums, and the source demo has none")
})
