/** SQL over a store, through the real command line and the real DuckDB. */
import { expect, setDefaultTimeout, test } from 'bun:test'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBConnection } from '@duckdb/node-api'
import { parse } from 'csv-parse/sync'
import { MANAGER_ID } from '#scripts/lab/simulator/tree.ts'
import { ConfigurationError } from '#server/ads/errors.ts'
import { queryStore } from '#server/ads/offline/query.ts'
import { accountsTable, createTable, createView, SCHEMA } from '#server/ads/offline/store-views.ts'
import { BUILT_IN_NAMES, builtInReport } from '#server/ads/definition/files.ts'
import { readIndex } from '#server/ads/store/index-file.ts'
import { dateFile, ended, openBench, readCsv, type Bench, type Record_ } from './ads-command.testing.ts'

// Children on a busy machine.
setDefaultTimeout(120_000)

const ALL_REPORTS = BUILT_IN_NAMES.map((name) => `--report ${name}`).join(' ')
const FETCH = 'fetch --start 2026-03-01 --end 2026-03-10'

const query = async (bench: Bench, sql: string, ...options: string[]) =>
  await bench.ads(['query', sql, ...options])

async function rowsOf(bench: Bench, sql: string, ...options: string[]): Promise<Record_[]> {
  const { code, stdout, stderr } = await query(bench, sql, '--csv', ...options)
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
  return parse<Record_>(stdout, { columns: true })
}

test('every report is a view whose rows are its CSV, with types, cost in units, and the currency', async () => {
  const awkward = ['a,"b"', 'two\nlines', 'cr\rlf\r\n', '🌞', ' spaces ', "it's", `${2n ** 63n}`, '00123']
  await using bench = openBench({ itemIds: awkward.flatMap((id) => [id, `${id}2`, `3${id}`]) })
  await bench.ads(`${FETCH} ${ALL_REPORTS}`)
  for (const report of BUILT_IN_NAMES) {
    const stored = readCsv(join(bench.dir, `${report}.csv`))
    const key = builtInReport(report).key.map(({ name }) => name)
    const rows = await rowsOf(bench, `FROM ${report} ORDER BY date, ${key.join(', ')}`)
    expect(rows).toEqual(
      stored.map((row) => ({ ...row, cost: inUnits(row['cost_micros'] ?? ''), currency: 'USD' })),
    )
    const types = await rowsOf(bench, `SELECT column_name, column_type FROM (DESCRIBE ${report})`)
    const typeOf = Object.fromEntries(types.map((row) => [row['column_name'], row['column_type']]))
    expect(typeOf).toMatchObject({
      date: 'DATE',
      campaign_id: 'BIGINT',
      cost_micros: 'BIGINT',
      conversions: 'DOUBLE',
      cost: 'DECIMAL(26,6)',
      currency: 'VARCHAR',
    })
  }
  expect(await rowsOf(bench, 'SHOW TABLES')).toHaveLength(BUILT_IN_NAMES.length + 2)
})

function inUnits(micros: string): string {
  const digits = micros.padStart(7, '0')
  return `${digits.slice(0, -6)}.${digits.slice(-6)}`
}

/** Of the simulator's accounts. */
const CURRENCIES: Record_ = { '1111111111': 'USD', '2222222222': 'EUR', '3333333333': 'JPY' }

test('accounts of three currencies, one of them closed: sums by currency are those of the accounts', async () => {
  await using bench = openBench({ scenario: 'manager' })
  const of = { GOOGLE_ADS_CUSTOMER_ID: MANAGER_ID }
  await bench.ads(FETCH, of)
  bench.simulator.changeAccount('1111111111', { status: 'CANCELED' })
  await bench.ads('fetch --start 2026-03-01 --end 2026-03-11', of)
  const expected = new Map<string, bigint>()
  for (const row of readCsv(join(bench.dir, 'campaign.csv'))) {
    const currency = CURRENCIES[row['customer_id'] ?? ''] ?? ''
    expected.set(currency, (expected.get(currency) ?? 0n) + BigInt(row['cost_micros'] ?? ''))
  }
  expect(
    await rowsOf(bench, 'SELECT currency, sum(cost) AS cost FROM campaign GROUP BY 1 ORDER BY 1'),
  ).toEqual(
    ['EUR', 'JPY', 'USD'].map((currency) => ({ currency, cost: inUnits(`${expected.get(currency)}`) })),
  )
  const closed = await rowsOf(bench, "SELECT customer_id, closed FROM accounts WHERE closed <> ''")
  expect(closed).toEqual([{ customer_id: '1111111111', closed: expect.stringContaining('CANCELED') }])
  const states = await rowsOf(bench, 'SELECT report, date, rows FROM dates WHERE customer_id = 2222222222')
  expect(states).toHaveLength(11)
})

test('a condition on dates opens only their files, unless the store lies in a folder that looks like a partition', async () => {
  await using bench = openBench()
  await bench.ads(FETCH)
  const odd = join(bench.dir, 'date=2020-01-01', 'store')
  for (const part of ['campaign', 'index.csv', '.state'])
    cpSync(join(bench.dir, part), join(odd, part), { recursive: true, preserveTimestamps: true })
  const days = "SELECT date, count(*) AS rows FROM campaign WHERE date >= '2026-03-09' GROUP BY 1 ORDER BY 1"
  const rows = await rowsOf(bench, days)
  expect(rows.map(({ date }) => date)).toEqual(['2026-03-09', '2026-03-10'])
  expect(await rowsOf(bench, days, '--out', odd)).toEqual(rows)

  const connection = await DuckDBConnection.create()
  await connection.run(`CREATE SCHEMA ${SCHEMA}`)
  await connection.run(createTable(accountsTable({})))
  await connection.run(createView(bench.dir, builtInReport('campaign'), readIndex(bench.dir)))
  const explained = await (await connection.run(`EXPLAIN ANALYZE ${days}`)).getRowsJson()
  expect(JSON.stringify(explained)).toContain('Scanning Files: 2/10')
})

test('damaged dates are left out and named, half-written ones never seen, and partial ones told', async () => {
  await using bench = openBench()
  await bench.ads(FETCH)
  const sum = 'SELECT count(DISTINCT date) AS dates, sum(clicks) AS clicks FROM campaign'
  const clicksOn = (date: string) =>
    readCsv(join(bench.dir, dateFile('campaign', date))).reduce((all, row) => all + Number(row['clicks']), 0)
  const [before] = await rowsOf(bench, sum)
  const lost = clicksOn('2026-03-04')
  const damaged = join(bench.dir, dateFile('campaign', '2026-03-04'))
  writeFileSync(damaged, readFileSync(damaged, 'utf8').slice(0, -20))
  mkdirSync(join(bench.dir, '.state/tmp'), { recursive: true })
  writeFileSync(join(bench.dir, '.state/tmp/half.tmp'), 'date,customer_id')
  const { stdout, stderr } = await query(bench, sum, '--csv')
  expect(stderr).toContain('campaign 2026-03-04 is left out')
  expect(parse(stdout, { columns: true })).toEqual([
    { dates: `${Number(before?.['dates']) - 1}`, clicks: `${Number(before?.['clicks']) - lost}` },
  ])

  // A disk that loses a bit leaves size and time as they were.
  const changed = join(bench.dir, dateFile('campaign', '2026-03-06'))
  const { atime, mtime } = statSync(changed)
  const bytes = readFileSync(changed)
  bytes[bytes.length - 2] = bytes.at(-2) === 0x31 ? 0x32 : 0x31
  writeFileSync(changed, bytes)
  utimesSync(changed, atime, mtime)
  const also = await query(bench, sum.replace('campaign', '"Campaign"'), '--csv')
  expect(also.stderr).toContain('campaign 2026-03-06 is left out')
  expect(parse(also.stdout, { columns: true })).toMatchObject([{ dates: `${Number(before?.['dates']) - 2}` }])

  const today = Temporal.Now.plainDateISO('America/New_York').toString()
  await bench.ads(`fetch --start ${today} --end ${today}`)
  const partial = await query(bench, "SELECT date FROM dates WHERE state = 'partial'", '--csv')
  expect(partial.stdout).toBe(`date\n${today}\n`)
  expect(partial.stderr).toContain(`${today}: not over`)
})

/** @returns what a query throws, also while its rows are read */
async function refusal(dir: string, sql: string): Promise<unknown> {
  try {
    const { batches } = await queryStore({
      dir,
      reportsFolder: '',
      lookbackDays: 30,
      sql,
      onNotice: () => {},
    })
    return await Array.fromAsync(batches)
  } catch (error) {
    return error
  }
}

test('a query reads the files of dates and nothing else, and writes nothing', async () => {
  await using bench = openBench()
  await bench.ads(FETCH)
  const filesIn = () =>
    readdirSync(bench.dir, { recursive: true, encoding: 'utf8', withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => [name, Bun.hash(readFileSync(join(parentPath, name)))])
  const before = filesIn()
  const date = join(bench.dir, dateFile('campaign', '2026-03-04'))
  const outside = join(bench.dir, 'outside')
  for (const sql of [
    `COPY campaign TO '${outside}.csv'`,
    `COPY (SELECT 1) TO '${date}'`,
    `ATTACH '${outside}.db'`,
    `EXPORT DATABASE '${outside}'`,
    'CREATE TABLE mine AS FROM campaign',
    'DELETE FROM dates',
    'SET enable_external_access = true',
    'SELECT 1; COPY (SELECT 1) TO STDOUT',
    `EXPLAIN ANALYZE COPY (SELECT 1) TO '${date}'`,
    'INSTALL httpfs',
    'LOAD httpfs',
    "CALL enable_logging(storage = 'file')",
    "FROM read_text('/etc/hostname')",
    `FROM read_csv('${join(bench.dir, 'index.csv')}')`,
    `FROM read_text('${date}/../../../../index.csv')`,
    "FROM glob('/etc/*')",
    "FROM read_csv('https://example.com/a.csv')",
  ]) {
    const refused = await refusal(bench.dir, sql)
    expect({ sql, refused: refused instanceof ConfigurationError }).toEqual({ sql, refused: true })
  }
  expect(filesIn()).toEqual(before)
})

test('what is wrong is one line and ends with 2', async () => {
  await using bench = openBench()
  await bench.ads(FETCH)
  const cases: [sql: string, says: string][] = [
    ['SELEC 1', 'syntax error at or near "SELEC"'],
    ['SELECT clik FROM campaign', '"clicks"'],
    ['FROM product', 'Table with name product does not exist'],
    ['SELECT campaign_name::INTEGER FROM campaign', 'Could not convert string'],
    ['', 'A query is one SELECT'],
    ['/* nothing */;', 'A query is one SELECT'],
    ['SELECT $1', 'Values were not provided'],
  ]
  for (const [sql, says] of cases) {
    const { code, stdout, stderr } = await query(bench, sql, '--json')
    expect({ sql, code, lines: stderr.trimEnd().split('\n').length }).toEqual({ sql, code: 2, lines: 1 })
    expect({ sql, stderr, isJson: stdout.includes(']}') }).toEqual({
      sql,
      stderr: expect.stringContaining(says),
      isJson: false,
    })
  }
  const elsewhere = await query(bench, 'SELECT 1', '--out', join(bench.dir, 'typo'))
  expect(elsewhere).toMatchObject({ code: 2, stderr: expect.stringContaining('There is no folder') })
  expect((await bench.ads('query')).code).toBe(2)
  expect((await bench.ads(['query', 'SELECT 1', '--csv', '--json'])).code).toBe(2)
})

test('rows come as an aligned table, as CSV or as JSON, and demo figures are called so in each', async () => {
  await using bench = openBench()
  await bench.ads(FETCH, { ADS_SOURCE: 'demo' })
  const sql = `SELECT 'a' AS name, 9007199254740993 AS id, 0.5::DOUBLE AS share, NULL AS nothing, [1, 2] AS list
    UNION ALL SELECT 'long' || chr(27) || '[31m', -1, 12.25, 'x', NULL ORDER BY name`
  const made = 'demo data: these figures are made up'
  const table = await query(bench, sql)
  expect(table.stdout).toBe(
    [
      'name                     id  share  nothing  list',
      'a          9007199254740993    0.5           [1,2]',
      'long\u{FFFD}[31m                -1  12.25  x',
      '2 rows',
      `store ${bench.dir}, ${made}`,
      '',
    ].join('\n'),
  )
  const csv = await query(bench, sql, '--csv')
  expect(csv.stdout).toBe(
    'name,id,share,nothing,list\na,9007199254740993,0.5,,"[1,2]"\nlong\u001B[31m,-1,12.25,x,\n',
  )
  expect(csv.stderr).toContain(made)
  const json = await query(bench, sql, '--json')
  expect(json.stdout).toContain('"id":9007199254740993,')
  expect(json.summary).toMatchObject({ source: 'demo', columns: ['name', 'id', 'share', 'nothing', 'list'] })
  expect(json.stderr).toContain(made)

  const long = await query(bench, 'FROM range(1500)')
  expect(long.stdout).toContain('\n  999\nthe first 1,000 of 1,500 rows\n')
  expect(JSON.parse((await query(bench, 'FROM range(10000)', '--json')).stdout).rows).toHaveLength(10_000)
})

test('where DuckDB is not installed, as in the image, the command says what to install', async () => {
  await using bench = openBench()
  await bench.ads(FETCH)
  const root = join(import.meta.dir, '../../..')
  const bare = mkdtempSync(join(tmpdir(), 'adstock-bare-'))
  try {
    for (const part of ['server', 'db', 'package.json'])
      cpSync(join(root, part), join(bare, part), { recursive: true })
    mkdirSync(join(bare, 'node_modules'))
    for (const name of readdirSync(join(root, 'node_modules')))
      if (name !== '@duckdb') symlinkSync(join(root, 'node_modules', name), join(bare, 'node_modules', name))
    const child = Bun.spawn([process.execPath, 'server/cli/ads.ts', 'query', 'SELECT 1'], {
      cwd: bare,
      env: { ...process.env, ...bench.env },
      stdout: 'pipe',
      stderr: 'pipe',
    })
    const { code, stdout, stderr } = await ended(child)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain('DuckDB, an optional package that is not installed here: bun install')
  } finally {
    rmSync(bare, { recursive: true })
  }
})
