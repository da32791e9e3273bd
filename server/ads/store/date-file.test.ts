import { afterAll, expect, test } from 'bun:test'
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { builtInReport } from '#server/ads/definition/files.ts'
import type { DateOfReport } from '#server/ads/plan.ts'
import { readDateFile, readRows } from './date-file.ts'
import { tmpDir } from './layout.ts'
import { writeDate } from './write-date.ts'

const dir = mkdtempSync(join(tmpdir(), 'adstock-date-file-'))
mkdirSync(tmpDir(dir), { recursive: true })
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const OF: DateOfReport = { report: 'campaign', customerId: '1234567890', date: '2026-01-31' }
const REPORT = builtInReport('campaign')
const path = join(dir, 'data.csv')
const { signal } = new AbortController()

async function write(rows: readonly object[]) {
  const { tmpPath, ...content } = await writeDate(rows, OF, { dir, report: REPORT, signal })
  renameSync(tmpPath, path)
  return content
}

const NAMES = [
  '=HYPERLINK("x")',
  'comma, "quote"',
  'two\nlines',
  'carriage\rreturn',
  'crlf\r\n',
  ' spaces ',
  '🌞 emoji',
  '\uFEFFbom',
  '-1',
  '',
  "'",
  'tab\t',
]

test('every name comes back byte for byte, through another reader too', async () => {
  await write(NAMES.map((campaign_name, n) => ({ campaign_id: n + 1, campaign_name })))
  const records: string[][] = parse(readFileSync(path), {})
  expect(records.slice(1).map((cells) => cells[3])).toEqual(NAMES)
  const rows = []
  for await (const row of readRows(path, REPORT)) rows.push(row[3] ?? '')
  expect(rows).toEqual(NAMES)
})

test('rows are in the order of their keys, and are read back to the same sums and hash', async () => {
  const written = await write([
    { campaign_id: '10', clicks: 2, conversions: 0.1 },
    { campaign_id: '9', clicks: 1, conversions: 0.2 },
  ])
  expect(
    readFileSync(path, 'utf8')
      .split('\n')
      .slice(1, 3)
      .map((line) => line.split(',')[2]),
  ).toEqual(['9', '10'])
  expect(await readDateFile(path, OF, [REPORT])).toEqual(written)
  expect(written).toMatchObject({ rows: 2, sums: { clicks: 3n, conversions: 300_000_000_000_000_000n } })
})

test('a date without rows is a header', async () => {
  expect(await write([])).toMatchObject({ rows: 0 })
  expect(readFileSync(path, 'utf8')).toBe(
    'date,customer_id,campaign_id,campaign_name,campaign_status,impressions,clicks,cost_micros,conversions,conversions_value\n',
  )
  expect(await readDateFile(path, OF, [REPORT])).toMatchObject({ rows: 0 })
})

test('a key twice is an error that names it, whether the rows agree or not', async () => {
  for (const name of ['same', 'other']) {
    const rows = [
      { campaign_id: '5', campaign_name: 'same' },
      { campaign_id: '5', campaign_name: name },
    ]
    await expect(write(rows)).rejects.toThrow('same key: campaign_id 5')
  }
})

test('a damaged file is not read as if it were whole', async () => {
  await write([{ campaign_id: '1', campaign_name: 'a "b"' }, { campaign_id: '2' }])
  const whole = readFileSync(path, 'utf8')
  const [header = '', first = '', second = ''] = whole.split('\n')
  const damaged = [
    '',
    whole.slice(0, -8),
    [header, second, first, ''].join('\n'),
    [header, first, first, ''].join('\n'),
    whole.replaceAll('2026-01-31', '2026-01-30'),
    whole.replace('campaign_status', 'status'),
    whole.replace('""', '"'),
  ]
  for (const text of damaged) {
    writeFileSync(path, text)
    await expect(readDateFile(path, OF, [REPORT])).rejects.toThrow()
  }
})

test('two thousand rows more than once fit through', async () => {
  const rows = Array.from({ length: 4_500 }, (_, n) => ({ campaign_id: n + 1, clicks: 1 }))
  const written = await write(rows)
  expect(written).toMatchObject({ rows: 4_500, sums: { clicks: 4_500n } })
  expect(await readDateFile(path, OF, [REPORT])).toEqual(written)
})
