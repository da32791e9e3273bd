import { expect, test } from 'bun:test'
import { formatDecimal, parseDecimal, toNumber } from './decimal.ts'
import { InvalidRowsError } from './errors.ts'
import { defineReport } from './definition/define.ts'
import { BUILT_IN_NAMES, builtInReport } from './definition/files.ts'
import { parseReport } from './definition/text.ts'
import { columnNames, queryFor } from './report.ts'
import { addRow, cellsOf, METRICS, noSums, sumsOfCells } from './metric.ts'
import { sortKey, toRow } from './row.ts'

const OF = { report: 'campaign', customerId: '1234567890', date: '2026-01-31' } as const
const REPORT = builtInReport('campaign')
const METRIC_CELLS = 'impressions,clicks,cost_micros,conversions,conversions_value'

test('the columns are those of the contract', () => {
  expect(BUILT_IN_NAMES.map((name) => columnNames(builtInReport(name)).join())).toEqual([
    `date,customer_id,campaign_id,campaign_name,campaign_status,${METRIC_CELLS}`,
    `date,customer_id,campaign_id,ad_group_id,ad_group_name,ad_group_status,${METRIC_CELLS}`,
    `date,customer_id,campaign_id,ad_group_id,criterion_id,keyword_text,match_type,${METRIC_CELLS}`,
    `date,customer_id,campaign_id,ad_group_id,product_item_id,${METRIC_CELLS}`,
  ])
})

test('a query asks for one literal date', () => {
  expect(queryFor(builtInReport('product'), '2026-01-31')).toBe(
    "SELECT segments.date, customer.id, campaign.id, ad_group.id, segments.product_item_id, metrics.impressions, metrics.clicks, metrics.cost_micros, metrics.conversions, metrics.conversions_value FROM shopping_performance_view WHERE segments.date = '2026-01-31'",
  )
})

test("Google's JSON becomes cells: digits exact, absent metrics 0, text untouched", () => {
  const row = toRow(
    {
      customer: { resourceName: 'customers/1234567890', id: '1234567890' },
      campaign: { id: '9223372036854775783', name: '=1+1, "x"\n🌞', status: 'ENABLED' },
      segments: { date: '2026-01-31' },
      metrics: { clicks: '9007199254740993', conversions: 0.1, conversionsValue: 1e-7 },
    },
    OF,
    REPORT,
  )
  expect(row).toEqual([
    '2026-01-31',
    '1234567890',
    '9223372036854775783',
    '=1+1, "x"\n🌞',
    'ENABLED',
    '0',
    '9007199254740993',
    '0',
    '0.1',
    '0.0000001',
  ])
})

test('a row may come by column names, with numbers, bigints or text, without date and account', () => {
  const row = toRow(
    { campaign_id: 2n ** 60n, campaign_name: 7, clicks: 3, cost_micros: '12', conversions: '2.50' },
    OF,
    REPORT,
  )
  expect(row).toEqual(['2026-01-31', '1234567890', `${2n ** 60n}`, '7', '', '0', '3', '12', '2.50', '0'])
})

test('what would be a plausible but wrong line is refused', () => {
  const refused: [raw: unknown, says: string][] = [
    [null, 'object'],
    [[], 'object'],
    [{ campaign_id: 2 ** 53 }, 'exact integer'],
    [{ campaign_id: '1', clicks: 1.5 }, 'clicks'],
    [{ campaign_id: '1', clicks: 'many' }, 'clicks'],
    [{ campaign_id: '1', conversions: Number.NaN }, 'conversions'],
    [{ campaign_id: '1', campaign_name: {} }, 'campaign_name'],
    [{ campaign_name: 'no id' }, 'campaign_id'],
    [{ campaign_id: '1', date: '2026-01-30' }, '2026-01-30'],
    [{ campaign_id: '1', customer_id: '9999999999' }, '9999999999'],
  ]
  for (const [raw, says] of refused) {
    expect(() => toRow(raw, OF, REPORT)).toThrow(InvalidRowsError)
    expect(() => toRow(raw, OF, REPORT)).toThrow(says)
  }
  expect(toRow({ campaign_id: '1', customer_id: '123-456-7890' }, OF, REPORT)[1]).toBe('1234567890')
})

test('keys sort as numbers do', () => {
  const keys = ['9', '10', '9007199254740993', '9007199254740992'].map((id) => sortKey(['', '', id], REPORT))
  expect(keys.toSorted()).toEqual([keys[0], keys[1], keys[3], keys[2]] as string[])
})

/** Of a row that has nothing but its metrics. */
const SUMMED = METRICS.map((metric, at) => ({ ...metric, at }))

test('decimals add up exactly', () => {
  const sums = noSums()
  for (let n = 0; n < 1000; n++) addRow(sums, ['1', '2', '9007199254740993', '0.1', '0.333333'], SUMMED)
  expect(formatDecimal(sums.conversions)).toBe('100')
  expect(formatDecimal(sums.conversions_value)).toBe('333.333')
  expect(sums.cost_micros).toBe(9_007_199_254_740_993_000n)
  expect(toNumber((parseDecimal('0.1') ?? 0n) + (parseDecimal('0.2') ?? 0n))).toBe(0.3)
})

test('decimals are read in every notation and written in the plain one', () => {
  const cases: [text: string, plain: string | undefined][] = [
    ['12', '12'],
    ['-0.50', '-0.5'],
    ['1.5e3', '1500'],
    ['1E-7', '0.0000001'],
    ['0.1234567890123456789', '0.123456789012345679'],
    ['', undefined],
    ['1,5', undefined],
    ['Infinity', undefined],
  ]
  for (const [text, plain] of cases) {
    const scaled = parseDecimal(text)
    expect(scaled === undefined ? undefined : formatDecimal(scaled)).toBe(plain)
  }
})

test('the cells of sums are in the order of the list, and read back are the same sums', () => {
  const sums = noSums()
  for (const [index, { name }] of METRICS.entries()) sums[name] = BigInt(index + 1) * 10n ** 20n
  const cells = cellsOf(sums)
  expect(cells).toHaveLength(METRICS.length)
  const named = (each: readonly string[]) =>
    METRICS.map(({ name }, index) => [name, each[index] ?? ''] as const)
  expect(sumsOfCells(named(cells))).toEqual(sums)
  expect(sumsOfCells(named(cells.with(0, '1.5')))).toBeUndefined()
  expect(sumsOfCells(named(cells.slice(1)))).toBeUndefined()

  const added = noSums()
  addRow(added, cells, SUMMED)
  expect(added).toEqual(sums)
})

test('what is absent of a report of one’s own is 0, false or unknown, as its type says', () => {
  const text = 'SELECT campaign.id, campaign.is_big, segments.hour, metrics.clicks, metrics.ctr FROM campaign'
  const types = { 'campaign.is_big': 'BOOLEAN', 'segments.hour': 'INT32' }
  const own = defineReport(parseReport({ name: 'own', path: '', text }), types)
  expect(toRow({ campaign_id: '1' }, { ...OF, report: 'own' }, own).slice(2)).toEqual([
    '1',
    'false',
    '0',
    '0',
    '',
  ])
  expect(() => toRow({ segments: { hour: 5 } }, OF, own)).toThrow('campaign_id')
  const keys = ['9', '10', '2'].map((hour) => sortKey(['', '', '1', 'false', hour], own))
  expect(keys.toSorted()).toEqual([keys[2], keys[0], keys[1]] as string[])
})
