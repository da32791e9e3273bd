import { afterAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ConfigurationError } from '#server/ads/errors.ts'
import { queryFor, totalsQueryFor } from '#server/ads/report.ts'
import { defineReport } from './define.ts'
import { builtInReport, readOwnReport, reportNames } from './files.ts'
import { parseReport } from './text.ts'

const folder = mkdtempSync(join(tmpdir(), 'adstock-own-reports-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const parse = (text: string) => parseReport({ name: 'own', path: 'own.gaql', text })
const typesOf = (...given: Parameters<typeof defineReport>) =>
  Object.fromEntries(defineReport(...given).columns.map(({ name, type }) => [name, type]))

const QUERY = `
-- Searches: a comment for people.
-- search_term_view.search_term: search_term
-- metrics.video_views: integer
SELECT segments.date, customer.id, campaign.id, search_term_view.search_term, segments.hour,
  metrics.clicks, metrics.cost_micros, metrics.ctr, metrics.video_views, metrics.all_conversions
FROM search_term_view
WHERE campaign.status = 'ENABLED' AND campaign.name != ' WHERE "x" FROM y'
`

test('columns, key and types follow from the query; the date and the account are added once', () => {
  const report = defineReport(parse(QUERY))
  expect(report.columns.map(({ name }) => name).join()).toBe(
    'date,customer_id,campaign_id,search_term,hour,clicks,cost_micros,ctr,video_views,all_conversions',
  )
  expect(report.key.map(({ name }) => name)).toEqual(['campaign_id', 'search_term', 'hour'])
  expect(typesOf(parse(QUERY))).toMatchObject({
    date: 'date',
    customer_id: 'id',
    campaign_id: 'id',
    search_term: 'string',
    clicks: 'integer',
    cost_micros: 'micros',
    ctr: 'rate',
    video_views: 'integer',
    all_conversions: 'double',
  })
  expect(report.summed.map(({ name }) => name)).toEqual([
    'clicks',
    'cost_micros',
    'video_views',
    'all_conversions',
  ])
})

test('what Google says of a field goes before its name, and a comment before both', () => {
  const google = {
    'segments.hour': 'INT32',
    'metrics.video_views': 'INT64',
    'metrics.all_conversions': 'DOUBLE',
    'search_term_view.search_term': 'ENUM',
  }
  expect(typesOf(parse(QUERY), google)).toMatchObject({ hour: 'integer', search_term: 'enum' })
  const told = QUERY.replace(
    '-- metrics.video',
    '-- segments.hour: string\n-- metrics.all_conversions: rate\n-- metrics.video',
  )
  expect(typesOf(parse(told), google)).toMatchObject({ hour: 'string', all_conversions: 'rate' })
})

test('rates, averages and shares are no sums; counts, micros and values are', () => {
  const names = {
    no: [
      'ctr',
      'average_cpc',
      'search_impression_share',
      'cost_per_conversion',
      'unique_users',
      'active_view_cpm',
    ],
    yes: [
      'impressions',
      'video_views',
      'conversions_value',
      'all_conversions',
      'active_view_measurable_cost_micros',
    ],
  }
  const fields = [...names.no, ...names.yes].map((name) => `metrics.${name}`)
  const { summed } = defineReport(parse(`SELECT campaign.id, ${fields.join(', ')} FROM campaign`))
  expect(summed.map(({ name }) => name)).toEqual(names.yes)
})

test('a date is asked for with the conditions, and so are the sums of a range', () => {
  const report = defineReport(parse(QUERY))
  const where = `campaign.status = 'ENABLED' AND campaign.name != ' WHERE "x" FROM y'`
  expect(queryFor(report, '2026-01-31')).toContain(
    `metrics.all_conversions FROM search_term_view WHERE segments.date = '2026-01-31' AND ${where}`,
  )
  expect(totalsQueryFor(report, { from: '2026-01-01', to: '2026-01-31' })).toBe(
    `SELECT metrics.clicks, metrics.cost_micros, metrics.video_views, metrics.all_conversions FROM search_term_view WHERE segments.date BETWEEN '2026-01-01' AND '2026-01-31' AND ${where}`,
  )
  const ofPhones = `SELECT segments.device, metrics.clicks FROM campaign WHERE segments.device = 'MOBILE'`
  expect(totalsQueryFor(defineReport(parse(ofPhones)), { from: 'a', to: 'b' })).toStartWith(
    'SELECT segments.device, metrics.clicks FROM',
  )
})

test('another query, another condition or another type is another fingerprint; words for people are not', () => {
  const { fingerprint } = defineReport(parse(QUERY))
  const of = (text: string) => defineReport(parse(text)).fingerprint
  expect(of(QUERY.replace('a comment for people', 'another'))).toBe(fingerprint)
  for (const [from, to] of [
    ['metrics.ctr, ', ''],
    ['ENABLED', 'PAUSED'],
    ['metrics.video_views: integer', 'metrics.video_views: rate'],
    [': search_term', ': term'],
  ] as const)
    expect(of(QUERY.replace(from, to))).not.toBe(fingerprint)
})

test('each mistake is one plain sentence', () => {
  const mistakes: [text: string, says: string][] = [
    ['', 'begin with SELECT'],
    ['SELECT metrics.clicks', 'no FROM'],
    ['SELECT metrics.clicks FROM campaign FROM ad_group', 'FROM 2 times'],
    ['SELECT metrics.clicks FROM campaign ORDER BY metrics.clicks', 'ORDER BY'],
    ['SELECT metrics.clicks FROM campaign LIMIT 5', 'LIMIT'],
    ['SELECT metrics.clicks, FROM campaign', 'A comma in SELECT'],
    ['SELECT clicks FROM campaign', "clicks is not a field's name"],
    ['SELECT metrics.clicks, metrics.clicks FROM campaign', 'metrics.clicks is selected twice'],
    ['SELECT campaign.id FROM campaign', 'no metric'],
    [
      "SELECT metrics.clicks FROM campaign WHERE segments.date = '2026-01-01'",
      'a condition on segments.date',
    ],
    ['SELECT metrics.clicks FROM campaign WHERE segments.month DURING LAST_MONTH', 'segments.month'],
    [
      '-- campaign.name: title\nSELECT campaign.id, metrics.clicks FROM campaign',
      'campaign.name, which is not selected',
    ],
    [
      '-- key: campaign.name\nSELECT campaign.id, metrics.clicks FROM campaign',
      'The key names campaign.name',
    ],
    ['-- campaign.id: the number\nSELECT campaign.id, metrics.clicks FROM campaign', 'more than a name'],
    ['-- metrics.clicks: taps\nSELECT campaign.id, metrics.clicks FROM campaign', 'keeps its name'],
    ['-- campaign.id: clicks\nSELECT campaign.id, metrics.clicks FROM campaign', 'cannot be called clicks'],
    [
      '-- campaign.id: x\n-- campaign.name: x\nSELECT campaign.id, campaign.name, metrics.clicks FROM campaign',
      'both be called x',
    ],
  ]
  for (const [text, says] of mistakes) {
    const define = () => defineReport(parse(text))
    expect(define).toThrow(ConfigurationError)
    expect(define).toThrow('own.gaql: ')
    expect(define).toThrow(says)
  }
})

test('a report is a file of the folder, or a module that makes its query', () => {
  writeFileSync(join(folder, 'by_hour.gaql'), 'SELECT segments.hour, metrics.clicks FROM campaign')
  writeFileSync(
    join(folder, 'made.ts'),
    "export const query = `SELECT ${['hour', 'device'].map((name) => 'segments.' + name)}, metrics.clicks FROM campaign`",
  )
  writeFileSync(join(folder, 'empty.ts'), 'export const text = ""')
  writeFileSync(join(folder, 'campaign.gaql'), 'SELECT metrics.clicks FROM customer')
  writeFileSync(join(folder, 'Other File.gaql'), '')
  expect(reportNames(folder)).toEqual([
    'campaign',
    'ad_group',
    'keyword',
    'product',
    'by_hour',
    'empty',
    'made',
  ])
  expect(reportNames(join(folder, 'nowhere'))).toHaveLength(4)
  expect(readOwnReport('made', folder).fields).toEqual(['segments.hour', 'segments.device', 'metrics.clicks'])
  expect(() => readOwnReport('empty', folder)).toThrow('no text named query')
  expect(() => readOwnReport('by_hours', folder)).toThrow('did you mean by_hour?')
  writeFileSync(join(folder, 'by_hour.ts'), 'export const query = ""')
  expect(() => readOwnReport('by_hour', folder)).toThrow('of the same name')
  // A built-in report stays what it is.
  expect(builtInReport('campaign').resource).toBe('campaign')
})
