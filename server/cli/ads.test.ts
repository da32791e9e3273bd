import { expect, setDefaultTimeout, test } from 'bun:test'
import { cpSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'csv-stringify/sync'
import { until } from '#scripts/lab/harness/until.ts'
import { builtInReport } from '#server/ads/definition/files.ts'
import { expectedRows } from './ads/expected-rows.testing.ts'
import {
  dateFile,
  dateFiles,
  ended,
  expectedSums,
  openBench,
  readCsv,
  spawnAds,
  sumsByDate,
} from './ads/ads-command.testing.ts'

// Children on a busy machine.
setDefaultTimeout(120_000)

test('a backfill takes two years once, and later only what is missing', async () => {
  await using bench = openBench()
  const first = await bench.ads('backfill --json')
  const { from, to, requested } = first.summary
  expect([730, 731]).toContain(requested)
  expect(first).toMatchObject({
    code: 0,
    summary: {
      report: 'campaign',
      skipped: 0,
      fetched: requested,
      requests: requested,
      failed: [],
      parked_until: null,
    },
  })
  expect(first.summary.empty).toBeGreaterThan(0)
  expect(dateFiles(bench.dir)).toHaveLength(requested)
  const rows = readCsv(join(bench.dir, 'campaign.csv'))
  expect(sumsByDate(rows)).toEqual(expectedSums(await bench.expected('campaign', from, to)))

  const second = await bench.ads('backfill --json')
  expect(second).toMatchObject({ code: 0, summary: { skipped: requested, fetched: 0, requests: 0 } })
  const before = await bench.stats()
  expect(before.figures).toBe(requested)

  const lost = ['2025-01-15', '2025-07-04', '2026-05-31']
  for (const date of lost) rmSync(join(bench.dir, dateFile('campaign', date)))
  const third = await bench.ads('backfill --json')
  expect(third).toMatchObject({ code: 0, summary: { fetched: 3, requests: 3 } })
  const after = await bench.stats()
  const asked = Object.entries(after.dates).filter(([name, count]) => count !== before.dates[name])
  expect(asked.map(([name]) => name.slice(-10)).toSorted()).toEqual(lost)
  expect(await bench.ads('verify')).toMatchObject({ code: 0 })
})

const RANGE = '--start 2026-03-01 --end 2026-03-20'

test('the aggregated file has every row by date, account and key, and is rebuilt only when something changed', async () => {
  await using bench = openBench()
  const fetched = await bench.ads(
    `fetch ${RANGE} --report keyword --customer 2222222222 --customer 111-111-1111 --json`,
  )
  expect(JSON.parse(fetched.stdout)).toHaveLength(2)
  const path = join(bench.dir, 'keyword.csv')
  const keys = readCsv(path).map((row) =>
    [
      row['date'],
      row['customer_id'],
      ...['campaign_id', 'ad_group_id', 'criterion_id'].map((id) => row[id]?.padStart(20, '0')),
    ].join(' '),
  )
  expect(keys).toEqual(keys.toSorted())
  expect(new Set(keys).size).toBe(keys.length)
  expect(new Set(keys.map((key) => key.slice(11, 21)))).toEqual(new Set(['1111111111', '2222222222']))

  const { ino } = statSync(path)
  await bench.ads('aggregate')
  expect(statSync(path).ino).toBe(ino)
  const bytes = readFileSync(path)
  rmSync(path)
  await bench.ads('aggregate')
  expect(readFileSync(path)).toEqual(bytes)
})

const AWKWARD_ITEMS = [
  '=cmd()',
  'a,"b"',
  'two\nlines',
  'cr\rlf\r\n',
  '🌞',
  ' spaces ',
  '\uFEFFbom',
  `${2n ** 63n}`,
  "'",
  '-1',
]

test('all four reports come back byte for byte through a CSV reader, whatever is in names and ids', async () => {
  // Each often enough to be shown on some date.
  const itemIds = AWKWARD_ITEMS.flatMap((id) => [id, `${id}2`, `3${id}`])
  await using bench = openBench({ itemIds })
  const reports = ['campaign', 'ad_group', 'keyword', 'product'] as const
  await bench.ads(`fetch ${RANGE} ${reports.map((report) => `--report ${report}`).join(' ')}`)
  const range = { from: '2026-03-01', to: '2026-03-20' }
  for (const report of reports) {
    const path = join(bench.dir, `${report}.csv`)
    const rows = readCsv(path)
    expect(rows).toEqual(expectedRows(builtInReport(report), range, { itemIds }))
    const cells = rows.flatMap((row) => Object.values(row))
    for (const awkward of [',', '"', '\n', '=']) expect(cells.join('\0')).toContain(awkward)
    expect(cells.some((cell) => cell.startsWith('='))).toBe(true)
    expect(cells.some((cell) => /\p{Emoji_Presentation}|☕/u.test(cell))).toBe(true)
    expect(cells.some((cell) => /^\d{18,}$/.test(cell) && BigInt(cell) > 2n ** 53n)).toBe(true)
    // Nothing of it depends on this reader's mercy: what it reads, written again, is the file.
    const table = [Object.keys(rows[0] ?? {}), ...rows.map((row) => Object.values(row))]
    expect(stringify(table, { quoted_match: '\r' })).toBe(readFileSync(path, 'utf8'))
  }
})

test('the index is rebuilt from the files, and damaged files are fetched again', async () => {
  await using bench = openBench()
  await bench.ads(`fetch ${RANGE}`)
  const index = join(bench.dir, 'index.csv')
  const lines = readCsv(index)
  expect(Object.keys(lines[0] ?? {}).join()).toBe(
    'report,customer_id,date,state,rows,impressions,clicks,cost_micros,conversions,conversions_value,sha256,fetched_at,units',
  )
  rmSync(index)
  const damaged = join(bench.dir, dateFile('campaign', '2026-03-05'))
  writeFileSync(damaged, readFileSync(damaged, 'utf8').slice(0, -20))
  expect((await bench.ads('verify')).code).toBe(1)
  const again = await bench.ads(`fetch ${RANGE} --json`)
  expect(again.summary).toMatchObject({ skipped: 19, fetched: 1 })
  const without = (row: Record<string, string>) => ({ ...row, units: '', fetched_at: '' })
  expect(readCsv(index).map(without)).toEqual(lines.map(without))
  expect(await bench.ads('verify')).toMatchObject({ code: 0 })
})

test('verify names a file that is not what was stored', async () => {
  await using bench = openBench()
  await bench.ads(`fetch ${RANGE}`)
  const path = join(bench.dir, dateFile('campaign', '2026-03-07'))
  writeFileSync(path, readFileSync(path, 'utf8').replace('ENABLED', 'REMOVED'))
  rmSync(join(bench.dir, dateFile('campaign', '2026-03-09')))
  const { code, stdout } = await bench.ads('verify --json')
  expect(code).toBe(1)
  const { problems } = JSON.parse(stdout)
  expect(problems.map(({ date }: { date: string }) => date)).toEqual(['2026-03-07', '2026-03-09'])
})

test('daily fetches what is missing and the lookback window again', async () => {
  await using bench = openBench()
  const today = Temporal.Now.plainDateISO('America/New_York')
  const range = `--start ${today.subtract({ days: 40 }).toString()} --end ${today.subtract({ days: 1 }).toString()}`
  const lookback = { ADS_LOOKBACK_DAYS: '7' }
  await bench.ads(`fetch ${range}`, lookback)
  const old = dateFile('campaign', today.subtract({ days: 30 }).toString())
  rmSync(join(bench.dir, old))
  const daily = await bench.ads(`daily ${range} --json`, lookback)
  expect(daily.summary).toMatchObject({ requested: 40, fetched: 8, requests: 8 })
  expect(existsSync(join(bench.dir, old))).toBe(true)
  const settled = today.subtract({ days: 7 }).toString()
  for (const line of readCsv(join(bench.dir, 'index.csv'))) {
    const recent = (line['date'] ?? '') > settled
    expect([recent ? 'provisional' : 'complete', 'empty']).toContain(line['state'] ?? '')
  }
})

test('--refresh fetches again what is there; --dry-run fetches nothing', async () => {
  await using bench = openBench()
  const dry = await bench.ads(`fetch ${RANGE} --dry-run --json`)
  expect(dry).toMatchObject({ code: 0, summary: { requested: 20, fetched: 0, requests: 0 } })
  expect(dateFiles(bench.dir)).toEqual([])
  await bench.ads(`fetch ${RANGE}`)
  const again = await bench.ads(`fetch ${RANGE} --refresh --json`)
  expect(again.summary).toMatchObject({ requested: 20, skipped: 0, fetched: 20, requests: 20 })
  expect(readCsv(join(bench.dir, 'index.csv'))).toHaveLength(20)
})

test('a date that came back with another content is kept as restated, in status too', async () => {
  await using bench = openBench()
  await using restating = openBench({ seed: 2 })
  const later = { ...restating.env, ADS_DIR: bench.dir }
  await bench.ads(`fetch ${RANGE}`)
  await bench.ads(`fetch ${RANGE} --refresh`)
  const same = await bench.ads('status --json --start 2026-03-01 --end 2026-03-20')
  expect(JSON.parse(same.stdout).restatements).toEqual([])

  const before = readCsv(join(bench.dir, 'index.csv'))
  await bench.ads(`fetch ${RANGE} --refresh`, later)
  const after = readCsv(join(bench.dir, 'index.csv'))
  await bench.ads(`fetch ${RANGE} --refresh`, later)
  const changed = before.flatMap((old, n) => (old['sha256'] === after[n]?.['sha256'] ? [] : [{ old, n }]))
  expect(changed.length).toBeGreaterThan(15)
  const json = await bench.ads('status --json --start 2026-03-01 --end 2026-03-20')
  const { restatements } = JSON.parse(json.stdout)
  expect(
    restatements.toSorted((a: { date: string }, b: { date: string }) => (a.date < b.date ? -1 : 1)),
  ).toMatchObject(
    changed.map(({ old, n }) => ({
      date: old['date'],
      fetched_at_before: old['fetched_at'],
      restated_at: after[n]?.['fetched_at'],
      before: { rows: Number(old['rows']), clicks: Number(old['clicks']), cost_micros: old['cost_micros'] },
      after: { rows: Number(after[n]?.['rows']), clicks: Number(after[n]?.['clicks']) },
    })),
  )
  const { stdout } = await bench.ads('status --start 2026-03-01 --end 2026-03-20')
  expect(stdout).toMatch(
    new RegExp(`${changed.length} dates were restated, last 2026-03-\\d\\d .*clicks .* → `),
  )
})

test('a second run on the same store exits 5 at once and says who holds it', async () => {
  await using bench = openBench({ scenario: 'slow' })
  const running = bench.spawn('backfill')
  await until('the first run fetches', () => dateFiles(bench.dir).length > 0)
  const second = await bench.ads('backfill')
  expect(second.code).toBe(5)
  expect(second.stderr).toContain(`pid ${running.pid} on ${hostname()}`)
  expect(second.stderr).toMatch(/since \d{4}-\d\d-\d\dT/)
  running.kill('SIGTERM')
  const { code } = await ended(running)
  expect(code).toBe(143)
  expect(await bench.ads('verify')).toMatchObject({ code: 0 })
})

test('SIGINT ends with 130 and a store that the next run goes on with', async () => {
  await using bench = openBench({ scenario: 'slow' })
  const running = bench.spawn(`fetch ${RANGE}`)
  await until('some dates are there', () => dateFiles(bench.dir).length > 0)
  running.kill('SIGINT')
  expect((await ended(running)).code).toBe(130)
  const there = dateFiles(bench.dir).length
  expect(readCsv(join(bench.dir, 'index.csv'))).toHaveLength(there)
  const next = await bench.ads(`fetch ${RANGE} --json`)
  expect(next).toMatchObject({ code: 0, summary: { skipped: there, fetched: 20 - there } })
})

test('kill -9 at any moment leaves whole dates only, and nothing whole is fetched again', async () => {
  await using bench = openBench()
  for (const files of [1, 50, 110]) {
    const running = bench.spawn('fetch --start 2025-09-01 --end 2026-02-28')
    await until(`${files} dates are there`, () => dateFiles(bench.dir).length >= files)
    running.kill('SIGKILL')
    await running.exited
    const there = dateFiles(bench.dir)
    const dry = await bench.ads('fetch --start 2025-09-01 --end 2026-02-28 --dry-run --json')
    expect(dry.summary.skipped).toBe(there.length)
  }
  const last = await bench.ads('fetch --start 2025-09-01 --end 2026-02-28 --json')
  expect(last.code).toBe(0)
  expect(await bench.ads('verify')).toMatchObject({ code: 0 })
  const rows = readCsv(join(bench.dir, 'campaign.csv'))
  expect(sumsByDate(rows)).toEqual(expectedSums(await bench.expected('campaign', '2025-09-01', '2026-02-28')))
})

test('demo and real figures do not mix in one store, whatever is lost of it', async () => {
  await using bench = openBench()
  await bench.ads(`fetch ${RANGE} --source demo`)
  const { code, stderr } = await bench.ads(`fetch ${RANGE} --source google`)
  expect(code).toBe(2)
  expect(stderr).toContain('holds demo data')
  rmSync(join(bench.dir, '.state'), { recursive: true })
  expect((await bench.ads(`fetch ${RANGE} --source google`)).code).toBe(2)

  const real = join(bench.dir, 'real')
  await bench.ads(`fetch ${RANGE} --out ${real}`)
  expect((await bench.ads(`fetch ${RANGE} --source demo --out ${real}`)).code).toBe(2)
  rmSync(join(real, '.state'), { recursive: true })
  expect((await bench.ads(`fetch ${RANGE} --source demo --out ${real}`)).code).toBe(2)
})

test('a run of the demo says so on every output, and has no figures of an account that may exist', async () => {
  await using bench = openBench()
  const demo = { ADS_SOURCE: 'demo' }
  for (const command of [
    `fetch ${RANGE}`,
    `fetch ${RANGE} --dry-run`,
    'aggregate',
    'verify',
    `status ${RANGE}`,
  ]) {
    const { code, stdout } = await bench.ads(command, demo)
    expect({ command, code }).toEqual({ command, code: 0 })
    expect(stdout).toContain('demo data: these figures are made up')
    expect(stdout).not.toContain('Explorer access')
    expect((await bench.ads(`${command} --json`, demo)).summary).toMatchObject({ source: 'demo' })
  }
  expect(readFileSync(join(bench.dir, 'DEMO-DATA.txt'), 'utf8')).toContain('made up')
  const other = await bench.ads(`fetch ${RANGE} --customer 555-555-5555`, demo)
  expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining('no figures of 5555555555') })
  expect(new Set(readCsv(join(bench.dir, 'index.csv')).map((row) => row['customer_id']))).toEqual(
    new Set(['1234567890']),
  )
})

test('one wrong name among the variables of Google, and nothing is fetched', async () => {
  await using bench = openBench()
  const { GOOGLE_ADS_CLIENT_SECRET: secret = '', ...others } = bench.env
  const run = await ended(spawnAds(`fetch ${RANGE} --json`, { ...others, GOOGLE_ADS_CLIENT_SECERT: secret }))
  expect(run.code).toBe(2)
  expect(run.stderr).toContain('did you mean GOOGLE_ADS_CLIENT_SECRET?')
  expect(run.stderr).toContain('GOOGLE_ADS_CLIENT_SECRET: missing.')
  expect(dateFiles(bench.dir)).toEqual([])
})

test('what cannot be had ends with 2 and says why, in every command', async () => {
  await using bench = openBench()
  const typo = join(bench.dir, 'typo')
  await bench.ads(`fetch ${RANGE}`)
  const cases: [args: string, says: string][] = [
    ['fetch --start 2020-01-01 --end 2020-01-05', 'keeps daily figures for 37 months'],
    ['fetch --start 2099-01-01 --end 2099-01-05', "in the account's time zone"],
    ['fetch --start 2020-01-01 --end 2020-01-05 --dry-run', '37 months'],
    ['backfill --start 2099-01-01', 'Nothing of 2099-01-01 can be had'],
    ['status --start 2099-01-01 --end 2099-01-05', 'Nothing of 2099-01-01'],
    ['status --start 2020-01-01 --end 2020-01-05', '37 months'],
    ['verify --start 2020-01-01 --end 2020-01-05', 'has no date of those that were asked for'],
    ['verify --report product', 'has no date of those that were asked for'],
    ...['verify', 'status', 'aggregate'].map((name): [string, string] => [`${name} --out ${typo}`, typo]),
  ]
  for (const [args, says] of cases) {
    const { code, stdout, stderr } = await bench.ads(`${args} --json`)
    expect({ args, code, stdout, says: stderr.includes(says) }).toEqual({
      args,
      code: 2,
      stdout: '',
      says: true,
    })
  }
  expect(existsSync(typo)).toBe(false)
  const cut = await bench.ads('fetch --start 2020-01-01 --end 2023-11-30 --dry-run --json')
  expect(cut).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('Asked for 2020-01-01 to 2023-11-30'),
  })
})

test('wrong usage and wrong configuration end with 2 and say what is wrong', async () => {
  await using bench = openBench()
  const unconfigured = { GOOGLE_ADS_CLIENT_ID: '', GOOGLE_ADS_CUSTOMER_ID: '' }
  const cases: [args: string, env: Record<string, string>, says: string][] = [
    ['nonsense', {}, 'nonsense'],
    ['fetch', {}, '--start'],
    ['fetch --start 2026-02-30 --end 2026-03-01', {}, '2026-02-30'],
    ['fetch --start 2026-03-02 --end 2026-03-01', {}, 'is after'],
    ['backfill --report sales', {}, 'campaign, ad_group, keyword, product'],
    ['backfill --source ./nowhere.ts', {}, './nowhere.ts'],
    ['backfill --source google', unconfigured, 'GOOGLE_ADS_CLIENT_ID, GOOGLE_ADS_CUSTOMER_ID: missing'],
    ['status', { ADS_LOOKBACK_DAYS: 'many' }, 'ADS_LOOKBACK_DAYS'],
  ]
  for (const [args, env, says] of cases) {
    const { code, stderr } = await bench.ads(args, env)
    expect({ args, code, says: stderr.includes(says) }).toEqual({ args, code: 2, says: true })
  }
})

test('every command has its help', async () => {
  for (const command of ['backfill', 'fetch', 'daily', 'status', 'verify', 'aggregate', 'query']) {
    const { code, stdout } = await ended(spawnAds(`${command} --help`, {}))
    expect({ command, code, usage: stdout.includes(`Usage: ads ${command}`) }).toEqual({
      command,
      code: 0,
      usage: true,
    })
  }
})

test('a copied store whose times were lost is read again, not fetched again', async () => {
  await using bench = openBench()
  await bench.ads(`fetch ${RANGE}`)
  const copy = `${bench.dir}/copy`
  cpSync(join(bench.dir, 'campaign'), join(copy, 'campaign'), { recursive: true })
  const again = await bench.ads(`fetch ${RANGE} --out ${copy} --json`)
  expect(again.summary).toMatchObject({ skipped: 20, fetched: 0, requests: 0 })
  expect(readFileSync(join(copy, 'campaign.csv'))).toEqual(readFileSync(join(bench.dir, 'campaign.csv')))
})
