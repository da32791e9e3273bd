/** Parquet beside CSV, through the real command line and read by DuckDB. */
import { expect, setDefaultTimeout, test } from 'bun:test'
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DuckDBConnection } from '@duckdb/node-api'
import { BUILT_IN_NAMES, builtInReport } from '#server/ads/definition/files.ts'
import { writeParquet } from '#server/ads/store/parquet.ts'
import { typedColumns } from '#server/ads/typed-columns.ts'
import { expectedRows } from './expected-rows.testing.ts'
import { openBench, readCsv, type Bench } from './ads-command.testing.ts'

// Children on a busy machine.
setDefaultTimeout(120_000)

const BOTH = { ADS_FORMATS: 'csv,parquet' }
const FETCH = 'fetch --start 2026-03-01 --end 2026-03-10'
type BuiltInName = (typeof BUILT_IN_NAMES)[number]
const TYPES = { text: 'VARCHAR', id: 'BIGINT', integer: 'BIGINT', decimal: 'DOUBLE' }

async function rowsIn(path: string): Promise<Record<string, unknown>[]> {
  const connection = await DuckDBConnection.create()
  return await (await connection.run(`FROM read_parquet('${path}')`)).getRowObjectsJson()
}

/** A CSV's cells as a reader with types takes them; what has 64 bits is text in both. */
function typedRows(bench: Bench, report: BuiltInName): Record<string, unknown>[] {
  const decimals = builtInReport(report)
    .columns.filter(({ kind }) => kind === 'decimal')
    .map(({ name }) => name)
  return readCsv(join(bench.dir, `${report}.csv`)).map((row) => ({
    ...row,
    ...Object.fromEntries(decimals.map((name) => [name, Number(row[name])])),
  }))
}

const files = (bench: Bench) => ({
  csv: join(bench.dir, 'campaign.csv'),
  parquet: join(bench.dir, 'campaign.parquet'),
})

test('each report in Parquet is its CSV, row by row and cell by cell, with types', async () => {
  const awkward = ['a,"b"', 'two\nlines', 'cr\rlf\r\n', '🌞', ' spaces ', "it's", `${2n ** 63n}`, '00123']
  const itemIds = awkward.flatMap((id) => [id, `${id}2`, `3${id}`])
  await using bench = openBench({ itemIds })
  const ended = await bench.ads(
    `${FETCH} ${BUILT_IN_NAMES.map((name) => `--report ${name}`).join(' ')}`,
    BOTH,
  )
  expect(ended.code).toBe(0)
  for (const report of BUILT_IN_NAMES) {
    const path = join(bench.dir, `${report}.parquet`)
    const expected = typedRows(bench, report)
    expect(expected).toHaveLength(
      expectedRows(builtInReport(report), { from: '2026-03-01', to: '2026-03-10' }, { itemIds }).length,
    )
    expect(await rowsIn(path)).toEqual(expected)
    const connection = await DuckDBConnection.create()
    const described = await (await connection.run(`DESCRIBE FROM read_parquet('${path}')`)).getRowsJson()
    expect(described.map(([name, type]) => [name, type])).toEqual(
      builtInReport(report).columns.map(({ name, kind }) => [name, name === 'date' ? 'DATE' : TYPES[kind]]),
    )
  }
  const ids = (await rowsIn(join(bench.dir, 'keyword.parquet'))).map((row) =>
    BigInt(String(row['criterion_id'])),
  )
  expect(ids.some((id) => id > 2n ** 53n)).toBe(true)
})

test('more rows than one row group holds, and none, come back as they are', async () => {
  await using bench = openBench()
  const source = join(bench.dir, 'source.ts')
  writeFileSync(
    source,
    `export const fetchData = (date) => date === '2026-03-01' ? [] :
      Array.from({ length: 20_001 }, (_, n) => ({ campaign_id: n + 1, campaign_name: 'n' + n, clicks: n, conversions: n / 7 }))`,
  )
  const from = `--source ${source} --out ${join(bench.dir, 'store')} --report campaign`
  const store = { ...bench, dir: join(bench.dir, 'store') }
  for (const [date, rows] of [
    ['2026-03-01', 0],
    ['2026-03-02', 20_001],
  ]) {
    expect((await bench.ads(`fetch --start ${date} --end ${date} ${from}`, BOTH)).code).toBe(0)
    const found = await rowsIn(files(store).parquet)
    expect(found).toHaveLength(Number(rows))
    expect(Bun.deepEquals(found, typedRows(store, 'campaign'))).toBe(true)
  }
})

test('a Parquet file that is missing or behind is told, and rebuilt; one that is current is left alone', async () => {
  await using bench = openBench()
  const { csv, parquet } = files(bench)
  await bench.ads(FETCH)
  expect(existsSync(parquet)).toBe(false)
  const status = 'status --start 2026-03-01 --end 2026-03-12'
  expect((await bench.ads('verify')).stdout).not.toContain('parquet')

  for (const command of ['verify', status]) {
    expect(await bench.ads(command, BOTH)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('campaign.parquet is behind'),
    })
    expect((await bench.ads(`${command} --json`, BOTH)).summary).toMatchObject({
      behind: ['campaign.parquet'],
    })
  }
  const { ino } = statSync(csv)
  expect((await bench.ads('aggregate', BOTH)).stdout).toContain('campaign.parquet rebuilt')
  expect(statSync(csv).ino).toBe(ino)
  const bytes = readFileSync(parquet)
  const built = statSync(parquet).ino
  await bench.ads(FETCH, BOTH)
  expect(statSync(parquet).ino).toBe(built)
  rmSync(parquet)
  await bench.ads(FETCH, BOTH)
  expect(readFileSync(parquet)).toEqual(bytes)

  writeFileSync(parquet, bytes.subarray(0, 100))
  expect((await bench.ads(status)).stdout).toContain('campaign.parquet is behind')
  // No longer asked for, but there: a reader would take it for what the store holds.
  await bench.ads('fetch --start 2026-03-11 --end 2026-03-12')
  expect(await rowsIn(parquet)).toEqual(typedRows(bench, 'campaign'))
  expect((await bench.ads(status)).stdout).not.toContain('behind')
})

test('a cell without a value is null, but for a text, which is empty', async () => {
  await using bench = openBench()
  const { csv: csvPath, parquet: tmpPath } = files(bench)
  writeFileSync(csvPath, 'date,count,rate,text\n2026-03-01,,,\n2026-03-02,0,0,0\n')
  const columns = [
    { name: 'date', type: 'DATE' },
    { name: 'count', type: 'BIGINT' },
    { name: 'rate', type: 'DOUBLE' },
    { name: 'text', type: 'VARCHAR' },
  ] as const
  await writeParquet({ csvPath, tmpPath, columns, background: false }, new AbortController().signal)
  expect(await rowsIn(tmpPath)).toEqual([
    { date: '2026-03-01', count: null, rate: null, text: '' },
    { date: '2026-03-02', count: '0', rate: 0, text: '0' },
  ])
})

test('a file that takes its time is given up when its run has to stop', async () => {
  await using bench = openBench()
  await bench.ads(FETCH)
  const { csv: csvPath, parquet: tmpPath } = files(bench)
  const control = new AbortController()
  const task = { csvPath, tmpPath, columns: typedColumns(builtInReport('campaign')), background: false }
  const writing = writeParquet(task, control.signal)
  const reason = new Error('The run was interrupted.')
  control.abort(reason)
  expect(await writing.catch((error: unknown) => error)).toBe(reason)
})

for (const point of [
  'the aggregated file is written and not yet in its place',
  'the aggregated file is in its place and not yet known',
])
  for (const [which, at] of [
    ['CSV', '1'],
    ['Parquet', '2'],
  ] as const)
    test(`killed when ${point} (${which}): the dates verify, and the next run writes the rest`, async () => {
      await using bench = openBench()
      const killed = bench.spawn(FETCH, { ...BOTH, FAIL_POINT: point, FAIL_AT: at })
      await killed.exited
      expect(killed.signalCode).toBe('SIGKILL')
      const { csv, parquet } = files(bench)
      expect(existsSync(parquet)).toBe(which === 'Parquet' && point.includes('in its place and not'))
      expect(await bench.ads('verify', BOTH)).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('campaign.parquet is behind'),
      })
      expect(await bench.ads(`${FETCH} --json`, BOTH)).toMatchObject({ code: 0, summary: { fetched: 0 } })
      expect(readCsv(csv)).toEqual(
        expectedRows(builtInReport('campaign'), { from: '2026-03-01', to: '2026-03-10' }),
      )
      expect(await rowsIn(parquet)).toEqual(typedRows(bench, 'campaign'))
      expect((await bench.ads('verify', BOTH)).stdout).not.toContain('behind')
    })
