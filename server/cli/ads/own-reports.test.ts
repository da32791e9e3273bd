/** Reports of one's own, through the real command line and a server over the same store. */
import { DuckDBConnection } from '@duckdb/node-api'
import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startTestServer } from '#scripts/lab/harness/test-server.ts'
import { MANAGER_ID } from '#scripts/lab/simulator/tree.ts'
import { Catalogue } from '#server/ads/definition/catalogue.ts'
import { reportNames } from '#server/ads/definition/files.ts'
import type { Report } from '#server/ads/report.ts'
import { CUSTOMER, dateFile, openBench, readCsv, type Bench, type Record_ } from './ads-command.testing.ts'
import { expectedRows } from './expected-rows.testing.ts'

// Children on a busy machine.
setDefaultTimeout(120_000)

const EXAMPLES = 'server/ads/reports/examples'
const RANGE = { from: '2026-11-01', to: '2026-11-05' }
const DAYS = `--start ${RANGE.from} --end ${RANGE.to}`
const OVER_HTTP = `from=${RANGE.from}&to=${RANGE.to}`

const root = mkdtempSync(join(tmpdir(), 'adstock-own-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
let folders = 0

/** A folder of reports, and what tells a child of it. */
function ownReports(files: Record<string, string>) {
  const folder = join(root, `${folders++}`)
  mkdirSync(folder)
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return { folder, env: { ADS_REPORTS_FOLDER: folder } }
}

function definition(bench: Bench, name: string, reportsFolder: string): Report {
  return new Catalogue({ dir: bench.dir, reportsFolder }).get(name)
}

function sumOf(rows: readonly Record_[], column: string): bigint {
  return rows.reduce((sum, row) => sum + BigInt(row[column] ?? 0), 0n)
}

const DEVICES = `-- Of the campaigns that run
SELECT campaign.id, segments.device, metrics.clicks, metrics.cost_micros, metrics.conversions_by_conversion_date, metrics.ctr
FROM campaign WHERE campaign.status = 'ENABLED'`

test('each example arrives exactly as the simulator has it, and agrees with the sums of its own making', async () => {
  await using bench = openBench()
  const names = reportNames(EXAMPLES).slice(4)
  expect(names).toEqual([
    'asset_groups',
    'by_conversion_action',
    'by_conversion_date',
    'by_country',
    'by_device',
    'by_hour',
    'by_network',
    'search_terms',
  ])
  const env = { ADS_REPORTS_FOLDER: EXAMPLES, ADS_REPORTS: names.join() }
  expect((await bench.ads(`fetch ${DAYS}`, env)).code).toBe(0)
  for (const name of names) {
    const rows = readCsv(join(bench.dir, `${name}.csv`))
    expect(rows.length).toBeGreaterThan(0)
    expect(rows).toEqual(expectedRows(definition(bench, name, EXAMPLES), RANGE))
  }
  const [header = ''] = readFileSync(join(bench.dir, 'index.csv'), 'utf8').split('\n')
  expect(header).toEndWith(
    'units,columns,conversions_by_conversion_date,conversions_value_by_conversion_date',
  )
  const phones = "SELECT sum(cost) AS cost FROM by_device WHERE device = 'MOBILE'"
  const devices = readCsv(join(bench.dir, 'by_device.csv'))
  const micros = sumOf(
    devices.filter(({ device }) => device === 'MOBILE'),
    'cost_micros',
  )
  const queried = await bench.ads(['query', phones, '--csv'], env)
  expect(queried.stdout).toBe(`cost\n${micros / 1_000_000n}.${`${micros % 1_000_000n}`.padStart(6, '0')}\n`)
  const verified = await bench.ads('verify --totals', env)
  expect(verified.code).toBe(0)
  expect(verified.stdout.split("Google's sums are the same")).toHaveLength(names.length + 1)
  const before = await bench.stats()
  expect((await bench.ads(`fetch ${DAYS}`, env)).code).toBe(0)
  expect((await bench.stats()).paths).toEqual(before.paths)
})

test('a query of one’s own over three accounts in two currencies under faults, while one closes: whole, exact, once', async () => {
  const options = { seed: 11, isTree: true }
  await using bench = openBench({ ...options, scenario: 'mixed' })
  bench.simulator.changeAccount('3333333333', { currency: 'EUR' })
  const { folder, env } = ownReports({ 'devices.gaql': DEVICES })
  const own = { ...env, ADS_REPORTS: 'devices', GOOGLE_ADS_CUSTOMER_ID: MANAGER_ID }
  const range = { from: '2026-05-01', to: '2026-08-31' }
  expect((await bench.ads(`fetch --start ${range.from} --end ${range.to}`, own)).code).toBe(0)
  bench.simulator.changeAccount('1111111111', { status: 'CANCELED' })
  const before = await bench.stats()
  expect((await bench.ads(`fetch --start ${range.from} --end ${range.to}`, own)).code).toBe(0)
  expect((await bench.stats()).figures).toBe(before.figures)
  expect((await bench.ads('verify', own)).code).toBe(0)

  const rows = readCsv(join(bench.dir, 'devices.csv'))
  const report = definition(bench, 'devices', folder)
  const costs: Record<string, bigint> = { USD: 0n, EUR: 0n }
  for (const customerId of ['1111111111', '2222222222', '3333333333']) {
    const enabled = expectedRows(report, range, { ...options, customerId }).filter(
      (row) => !PAUSED.has(row['campaign_id'] ?? ''),
    )
    expect(rows.filter((row) => row['customer_id'] === customerId)).toEqual(enabled)
    const currency = customerId === '1111111111' ? 'USD' : 'EUR'
    costs[currency] = (costs[currency] ?? 0n) + sumOf(enabled, 'cost_micros')
  }
  await using server = await startTestServer({ ...bench.env, ...own })
  const { body } = await server.rest(
    `GET /ads/report?from=${range.from}&to=${range.to}&report=devices&group_by=device`,
  )
  const told: Record<string, bigint> = {}
  for (const { device, currency, cost_micros } of body.rows as Record_[]) {
    expect(device).toBeOneOf(['MOBILE', 'DESKTOP', 'TABLET'])
    told[currency ?? ''] = (told[currency ?? ''] ?? 0n) + BigInt(cost_micros ?? 0)
  }
  expect(told).toEqual(costs)
  expect(body.report).toEqual({
    name: 'devices',
    label: 'Devices',
    dimensions: ['campaign_id', 'device'],
    metrics: [
      { name: 'clicks', label: 'Clicks', unit: 'count' },
      { name: 'cost_micros', label: 'Cost', unit: 'micros' },
      { name: 'conversions_by_conversion_date', label: 'Conversions by conversion date', unit: 'decimal' },
    ],
    not_summed: ['ctr'],
  })
})

/** The campaign that the query leaves out. */
const PAUSED = new Set(['9223372036854775783'])

test('a changed query is noticed: its dates are kept beside, and fetched anew on purpose', async () => {
  await using bench = openBench()
  const { folder, env } = ownReports({ 'devices.gaql': DEVICES })
  const own = { ...env, ADS_REPORTS: 'devices' }
  await bench.ads(`fetch ${DAYS}`, own)
  const file = join(bench.dir, dateFile('devices', RANGE.from))
  const old = readFileSync(file, 'utf8')
  writeFileSync(
    join(folder, 'devices.gaql'),
    DEVICES.replace('metrics.clicks', 'metrics.clicks, metrics.impressions'),
  )

  const status = await bench.ads(`status ${DAYS}`, own)
  expect(status.stdout).toContain('5 provisional')
  expect(status.stdout).toContain('old columns: 5 of these dates')
  const before = await bench.stats()
  expect(await bench.ads(`fetch ${DAYS} --json`, own)).toMatchObject({ code: 0, summary: { skipped: 5 } })
  expect((await bench.stats()).figures).toBe(before.figures)
  const verified = await bench.ads('verify', own)
  expect(verified).toMatchObject({ code: 0 })
  expect(verified.stdout).toContain('5 dates have the columns of an earlier query')

  // Nor does it need the index to be known for what it is.
  rmSync(join(bench.dir, 'index.csv'))
  await bench.ads('fetch --start 2026-11-05 --end 2026-11-06', own)
  expect(readFileSync(file, 'utf8')).toBe(old)
  const newest = readCsv(join(bench.dir, 'devices.csv'))
  expect(new Set(newest.map(({ date }) => date))).toEqual(new Set(['2026-11-06']))
  expect((await bench.ads('verify', own)).code).toBe(0)
  {
    await using server = await startTestServer({ ...bench.env, ...own })
    const { body } = await server.rest(`GET /ads/days?${OVER_HTTP}`)
    expect(body.days).toHaveLength(5)
    for (const day of body.days) expect(day).toMatchObject({ state: 'provisional', old_columns: true })
    const sums = await server.rest(`GET /ads/report?${OVER_HTTP}&report=devices`)
    expect(sums.body).toMatchObject({ old_columns: 5, rows: [] })
  }
  await bench.ads(`fetch ${DAYS} --refresh`, own)
  expect((await bench.ads(`status ${DAYS} --json`, own)).stdout).not.toContain('old_columns')
  const after = await bench.ads(`status ${DAYS}`, own)
  expect(after.stdout).not.toContain('restated')
  const range = { from: RANGE.from, to: '2026-11-06' }
  const expected = expectedRows(definition(bench, 'devices', folder), range)
  expect(readCsv(join(bench.dir, 'devices.csv'))).toEqual(
    expected.filter((row) => !PAUSED.has(row['campaign_id'] ?? '')),
  )
})

test('a rate that Google does not give has no value, in Parquet too', async () => {
  await using bench = openBench()
  const rates = 'SELECT campaign.id, segments.hour, metrics.impressions, metrics.ctr FROM campaign'
  const { env } = ownReports({ 'rates.gaql': rates })
  await bench.ads(`fetch ${DAYS} --report rates`, { ...env, ADS_FORMATS: 'csv,parquet' })
  const rows = readCsv(join(bench.dir, 'rates.csv'))
  const empty = rows.filter(({ ctr }) => ctr === '').length
  expect(empty).toBeGreaterThan(0)
  const connection = await DuckDBConnection.create()
  const path = join(bench.dir, 'rates.parquet')
  const counted = await connection.run(`SELECT count(*) - count(ctr), count(*) FROM read_parquet('${path}')`)
  expect((await counted.getRowsJson())[0]).toEqual([`${empty}`, `${rows.length}`])
})

test('what Google would refuse is one sentence before the first request for figures, and other reports go on', async () => {
  await using bench = openBench()
  const mistakes: [query: string, says: string][] = [
    [
      'SELECT campaign.id, metrics.clickz FROM campaign',
      'no field metrics.clickz; did you mean metrics.clicks?',
    ],
    ['SELECT campaign.nam, metrics.clicks FROM campaign', 'did you mean campaign.name?'],
    ['SELECT campaign.id, metrics.clicks FROM campagn', 'no resource campagn; did you mean campaign?'],
    ['SELECT segments.conversion_action, metrics.clicks FROM campaign', 'cannot be selected together'],
    ['SELECT ad_group.id, metrics.clicks FROM campaign', 'ad_group.id cannot be selected from campaign'],
    ['SELECT campaign.labels, metrics.clicks FROM campaign', 'campaign.labels is a list'],
    ["SELECT metrics.clicks FROM campaign WHERE segments.device = 'TABLET'", 'needs it in SELECT'],
    ['SELECT customer_client.id, metrics.clicks FROM customer_client', 'no figures by date'],
  ]
  for (const [query, says] of mistakes) {
    const { env } = ownReports({ 'wrong.gaql': query })
    const run = await bench.ads(`fetch ${DAYS} --report wrong`, env)
    expect(run.stdout).toContain(says)
    expect(run.code).toBe(2)
  }
  const written = await bench.ads(
    `fetch ${DAYS} --report wrong`,
    ownReports({ 'wrong.gaql': 'SELECT metrics.clicks FROM campaign LIMIT 3' }).env,
  )
  expect(written).toMatchObject({ code: 2, stdout: '' })
  expect(written.stderr).toContain('wrong.gaql: It has LIMIT')
  expect(await bench.stats()).toMatchObject({ figures: 0, dates: {} })
  // Campaigns divide the rows of products as a segment does; Google lists them among the segments.
  const products =
    'SELECT campaign.id, segments.product_item_id, metrics.clicks FROM shopping_performance_view'
  const right = await bench.ads('check --report items', ownReports({ 'items.gaql': products }).env)
  expect(right).toMatchObject({ code: 0 })

  const { env } = ownReports({ 'wrong.gaql': 'SELECT campaign.id, metrics.clickz FROM campaign' })
  const both = await bench.ads(`fetch ${DAYS} --report wrong --report campaign --json`, env)
  expect(both.code).toBe(2)
  const [wrong, campaign] = JSON.parse(both.stdout) as { fetched: number; failed: { code: string }[] }[]
  expect(wrong?.failed.map(({ code }) => code)).toEqual(Array(5).fill('REPORT_INVALID'))
  expect(campaign).toMatchObject({ fetched: 5, failed: [] })
  const check = await bench.ads('check --report wrong --report campaign', env)
  expect(check.code).toBe(2)
  expect(check.stdout).toContain('did you mean metrics.clicks?')
  expect(check.stdout).toContain(`report campaign of ${CUSTOMER}: answers`)
})

test('restatements of a metric that only such a report has are kept, and the page’s answers have its own sums', async () => {
  await using bench = openBench({ scenario: 'restated-days' })
  const { env } = ownReports({
    'later.gaql':
      'SELECT campaign.id, metrics.cost_micros, metrics.conversions_value_by_conversion_date FROM campaign',
  })
  const own = { ...env, ADS_REPORTS: 'later' }
  await bench.ads(`fetch ${DAYS}`, own)
  await bench.ads(`fetch ${DAYS} --refresh`, own)
  const rows = readCsv(join(bench.dir, 'later.csv'))
  await using server = await startTestServer({ ...bench.env, ...own })
  const { body } = await server.rest(`GET /ads/restatements?${OVER_HTTP}&report=later`)
  expect(body.total).toBe(5)
  const NAME = 'conversions_value_by_conversion_date'
  for (const { before, after } of body.items) expect(after[NAME]).toBeGreaterThan(before[NAME])
  const days = (await server.rest(`GET /ads/days?${OVER_HTTP}&report=later`)).body
  const told = (days.days as Record<string, number>[]).reduce((sum, day) => sum + (day[NAME] ?? 0), 0)
  expect(told).toBeCloseTo(rows.reduce((sum, row) => sum + Number(row[NAME]), 0))
  const [first] = (await server.rest(`GET /ads/report?${OVER_HTTP}&report=later&group_by=campaign_id`)).body
    .rows as Record<string, number>[]
  const cost = Number(first?.['cost_micros']) / 1e6
  expect(first?.['roas_by_conversion_date']).toBeCloseTo((first?.[NAME] ?? 0) / cost)
  // What the query does not select, nothing is said of.
  expect(first?.['roas']).toBeNull()
  for (const wrong of ['report=later&group_by=device', 'report=latter', 'group_by=device'])
    expect((await server.rest(`GET /ads/report?${OVER_HTTP}&${wrong}`)).status).toBe(422)
})

test('a module gives the columns of such a report, and the demo has the examples too', async () => {
  await using bench = openBench()
  const { folder, env } = ownReports({
    'orders.gaql':
      '-- shop.channel: channel\nSELECT shop.channel, metrics.orders, metrics.revenue_micros, metrics.return_rate FROM shop',
    'source.ts': `export const fetchData = async (date, { columns }) =>
      ['web', 'app'].map((channel) => ({ channel, orders: columns.length, revenue_micros: '5000000', return_rate: 0.1 }))`,
  })
  const source = join(folder, 'source.ts')
  const run = `fetch ${DAYS} --report orders --source ${source}`
  expect((await bench.ads(run, env)).code).toBe(0)
  expect(readCsv(join(bench.dir, 'orders.csv')).slice(0, 2)).toEqual(
    ['app', 'web'].map((channel) => ({
      date: RANGE.from,
      customer_id: CUSTOMER,
      channel,
      orders: '6',
      revenue_micros: '5000000',
      return_rate: '0.1',
    })),
  )
  const status = await bench.ads(`status ${DAYS} --report orders`, { ...env, ADS_SOURCE: source })
  expect(status.stdout).toContain('10 rows, orders 60, revenue_micros 50.00')
  expect(status.stdout).toContain('do not add up: return_rate')
  writeFileSync(source, `export const fetchData = async () => [{ channel: 'web', order: 1, orders: 2 }]`)
  const misspelt = await bench.ads(`${run} --refresh`, env)
  expect(misspelt.code).toBe(1)
  expect(misspelt.stdout).toContain('Column order: not a column of any report; did you mean orders?')

  const demo = { ADS_REPORTS_FOLDER: EXAMPLES, ADS_DIR: join(root, 'demo') }
  const shown = await bench.ads(`fetch ${DAYS} --source demo --report by_hour --report search_terms`, demo)
  expect(shown.code).toBe(0)
  expect(readCsv(join(root, 'demo', 'by_hour.csv')).length).toBeGreaterThan(500)
})
