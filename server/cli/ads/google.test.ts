/** Ways of signing in, of asking, and of being told which accounts there are: the real command line, the real simulator. */
import { expect, setDefaultTimeout, test } from 'bun:test'
import { generateKeyPairSync } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { MANAGER_ID } from '#scripts/lab/simulator/tree.ts'
import { dateFiles, expectedSums, openBench, readCsv, sumsByDate, type Bench } from './ads-command.testing.ts'

// Children on a busy machine.
setDefaultTimeout(120_000)

const [FROM, TO] = ['2026-01-01', '2026-01-10']
const FETCH = `fetch --start ${FROM} --end ${TO} --json`

async function expectWhole(bench: Bench, report: string, [from, to] = [FROM, TO]): Promise<void> {
  const rows = readCsv(join(bench.dir, `${report}.csv`))
  expect(sumsByDate(rows)).toEqual(expectedSums(await bench.expected(report, from, to)))
  expect((await bench.ads('verify')).code).toBe(0)
}

test('streams that always break: every date still arrives, in pages, and soon no stream is tried', async () => {
  await using bench = openBench({ scenario: 'broken-streams' })
  const { code, summary } = await bench.ads(
    'fetch --start 2026-01-01 --end 2026-03-31 --json --concurrency 2',
  )
  expect({ code, fetched: summary.fetched, failed: summary.failed }).toEqual({
    code: 0,
    fetched: 90,
    failed: [],
  })
  const { paths } = await bench.stats()
  const streams = Object.entries(paths).find(([path]) => path.endsWith(':searchStream'))?.[1] ?? 0
  // After ten in a row nobody believes in streams any more; one more was under way.
  expect(streams).toBeGreaterThanOrEqual(10)
  expect(streams).toBeLessThanOrEqual(12)
  await expectWhole(bench, 'campaign', ['2026-01-01', '2026-03-31'])
})

test('a page token that expires begins its date anew, and no row is lost or doubled', async () => {
  await using bench = openBench({ scenario: 'expired-page-tokens' })
  const { code, summary } = await bench.ads(
    'fetch --start 2026-03-02 --end 2026-03-03 --report product --json --concurrency 2',
  )
  expect({ code, fetched: summary.fetched }).toEqual({ code: 0, fetched: 2 })
  expect(summary.rows / 2).toBeGreaterThan(10_000)
  expect((await bench.stats()).faults).toMatchObject({ 'expired-page-token': 2 })
  await expectWhole(bench, 'product', ['2026-03-02', '2026-03-03'])
})

const BY_KEY = { GOOGLE_ADS_CLIENT_ID: '', GOOGLE_ADS_CLIENT_SECRET: '', GOOGLE_ADS_REFRESH_TOKEN: '' }

function keyFile(bench: Bench, text: string): Record<string, string> {
  const path = join(bench.dir, 'key.json')
  writeFileSync(path, text)
  return { ...BY_KEY, GOOGLE_ADS_JSON_KEY_FILE_PATH: path }
}

test('a service account signs in with its key, and may act for a user of its domain', async () => {
  await using bench = openBench()
  const env = keyFile(bench, bench.simulator.newKeyFile())
  expect(await bench.ads(FETCH, env)).toMatchObject({ code: 0, summary: { fetched: 10 } })
  const acting = { ...env, GOOGLE_ADS_IMPERSONATED_EMAIL: 'ads@example.com' }
  expect(await bench.ads(`${FETCH} --refresh`, acting)).toMatchObject({ code: 0, summary: { fetched: 10 } })
  const elsewhere = await bench.ads(`${FETCH} --refresh`, {
    ...env,
    GOOGLE_ADS_IMPERSONATED_EMAIL: 'x@other.org',
  })
  expect(elsewhere.code).toBe(3)
  expect(elsewhere.summary.failed[0]).toMatchObject({
    code: 'OAUTH_FAILED',
    detail: expect.stringContaining('unauthorized_client'),
  })
})

test('a key that is not the right one is refused, and nothing of any key is ever shown', async () => {
  await using bench = openBench()
  const text = bench.simulator.newKeyFile()
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const other = privateKey.export({ type: 'pkcs8', format: 'pem' })
  const forged = JSON.stringify({ ...JSON.parse(text), private_key: other })
  const elsewhere = JSON.stringify({ ...JSON.parse(text), token_uri: 'https://elsewhere.example/token' })
  const cut = JSON.stringify({ ...JSON.parse(text), private_key: other.slice(0, 900) })
  const cases: [text: string, code: number, says: string][] = [
    [forged, 3, 'Invalid JWT Signature'],
    [elsewhere, 3, 'Failed audience check'],
    [cut, 2, 'is not an RSA key'],
    [text.slice(0, 700), 2, 'is not JSON'],
    ['{"type":"authorized_user"}', 2, "is not a service account's key"],
  ]
  const secrets = [other, (JSON.parse(text) as { private_key: string }).private_key].map((pem) =>
    pem.slice(60, 100),
  )
  for (const [file, code, says] of cases) {
    const run = await bench.ads(FETCH, { ...keyFile(bench, file), LOG_LEVEL: 'debug' })
    const said = run.stdout + run.stderr
    expect({ says, code: run.code, said: said.includes(says) }).toEqual({ says, code, said: true })
    for (const secret of secrets) expect(said).not.toContain(secret)
  }
  const state = readdirSync(join(bench.dir, '.state'), { withFileTypes: true }).filter((each) =>
    each.isFile(),
  )
  for (const { name } of state)
    for (const secret of secrets)
      expect(readFileSync(join(bench.dir, '.state', name), 'utf8')).not.toContain(secret)
  const both = { ...keyFile(bench, text), GOOGLE_ADS_REFRESH_TOKEN: 'refresh' }
  expect(await bench.ads(FETCH, both)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('GOOGLE_ADS_JSON_KEY_FILE_PATH'),
  })
})

test('a manager account stands for the accounts below it, at every level, each in its own time zone', async () => {
  await using bench = openBench({ scenario: 'manager' })
  const { code, stdout } = await bench.ads(FETCH, { GOOGLE_ADS_CUSTOMER_ID: MANAGER_ID, LOG_LEVEL: 'warn' })
  expect(code).toBe(0)
  const summaries = JSON.parse(stdout) as { customer_id: string; fetched: number }[]
  expect(summaries.map(({ customer_id, fetched }) => [customer_id, fetched])).toEqual([
    ['1111111111', 10],
    ['2222222222', 10],
    ['3333333333', 10],
  ])
  const { accounts } = JSON.parse(readFileSync(join(bench.dir, '.state/accounts.json'), 'utf8'))
  expect(accounts['3333333333']).toMatchObject({ timeZone: 'Asia/Tokyo', via: MANAGER_ID })
  const expected = await bench.expected('campaign', FROM, TO, '2222222222')
  const rows = readCsv(join(bench.dir, 'campaign.csv')).filter((row) => row['customer_id'] === '2222222222')
  expect(sumsByDate(rows)).toEqual(expectedSums(expected))

  const status = await bench.ads(`status --customer ${MANAGER_ID} --start ${FROM} --end ${TO} --json`)
  const days = JSON.parse(status.stdout).days as { customer_id: string; state: string }[]
  expect(new Set(days.map(({ customer_id }) => customer_id)).size).toBe(3)
  expect(days.every(({ state }) => state === 'complete' || state === 'empty')).toBe(true)
})

test('accounts of a manager that are closed or hidden are left out, and that is said', async () => {
  await using bench = openBench({ scenario: 'manager' })
  const dry = await bench.ads(`${FETCH} --dry-run --customer ${MANAGER_ID}`)
  expect(JSON.parse(dry.stdout)).toHaveLength(3)
  expect(dry.stderr).toContain(
    '4444444444 (Closed shop) of manager 9000000000 is left out: its status is CANCELED',
  )
  expect(dry.stderr).toContain('5555555555 (Old shop) of manager 9000000000 is left out: it is hidden')
  expect(dateFiles(bench.dir)).toEqual([])
  // An account below a manager, asked for by itself, is reached only when the manager is named.
  const alone = await bench.ads(`${FETCH} --customer 1111111111`)
  expect(alone).toMatchObject({ code: 1, summary: { fetched: 0 } })
  expect(alone.summary.failed[0]?.detail).toContain('GOOGLE_ADS_LOGIN_CUSTOMER_ID')
  const env = { GOOGLE_ADS_LOGIN_CUSTOMER_ID: MANAGER_ID }
  expect(await bench.ads(`${FETCH} --customer 1111111111`, env)).toMatchObject({ code: 0 })
})

test('a version near its end or past it is warned of before it fails, and when it does', async () => {
  await using bench = openBench()
  const years = '--start 2026-01-01 --end 2026-01-02'
  const near = await bench.ads(`fetch ${years} --dry-run`, { GOOGLE_ADS_API_VERSION: 'v21' })
  expect(near.stdout).toContain('Version v21 of the Google Ads API is probably gone')
  const gone = await bench.ads(`fetch ${years} --json`, { GOOGLE_ADS_API_VERSION: 'v21', LOG_LEVEL: 'warn' })
  expect(gone.code).toBe(2)
  expect(gone.stderr).toContain('probably gone')
  expect(gone.summary.failed[0]?.detail).toContain('probably gone')
  expect((await bench.ads(`status ${years}`, { GOOGLE_ADS_API_VERSION: 'v21' })).stdout).toContain('v21')
})

test('--dry-run tells what a run costs, and which access levels allow it', async () => {
  await using bench = openBench()
  const range = '--start 2024-11-01 --end 2026-11-01'
  const all = '--report campaign --report ad_group --report keyword --report product'
  const text = (await bench.ads(`fetch ${range} ${all} --dry-run`)).stdout
  expect(text).toContain('Would take 4 reports × 731 dates = 2,924 requests, and about 1,754,400 units.')
  expect(text).toContain(
    'Explorer access, 2,880 a day: not enough; the run would be parked, and continued on the next day',
  )
  expect(text).toContain('Basic access, 15,000 a day: enough')
  await bench.ads('fetch --start 2026-01-01 --end 2026-01-05')
  const { stdout } = await bench.ads(`fetch ${range} --dry-run --json`)
  expect(JSON.parse(stdout).forecast).toEqual({
    requests: 726,
    units: 726 * 600,
    run: {
      requests: 726,
      units: 726 * 600,
      requests_last_24_h: 5,
      access: [
        { level: 'explorer', requests_per_day: 2880, fits: true, days: 1 },
        { level: 'basic', requests_per_day: 15_000, fits: true, days: 1 },
        { level: 'standard', requests_per_day: null, fits: true, days: 1 },
      ],
    },
  })
})
