/** Sums of a report: by intervals, beside another range, of some rows only, over a real store. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startTestServer, type TestServer } from '#scripts/lab/harness/test-server.ts'
import { until } from '#scripts/lab/harness/until.ts'
import type { ReportRow } from './report-schema.ts'

const folder = mkdtempSync(join(tmpdir(), 'adstock-groups-'))

/** Campaign 1 doubles its cost in February, 2 is new there, 3 ends with January; the 3rd of January never arrives. */
const source = join(folder, 'source.mjs')
writeFileSync(
  source,
  `export async function fetchData(date) {
     if (date === '2026-01-03') throw new Error('the third is away')
     const isFebruary = date.startsWith('2026-02')
     const row = (campaign_id, cost) => ({ campaign_id, campaign_name: 'C' + campaign_id, impressions: 100, clicks: 10,
       cost_micros: cost * 1e6, conversions: 0.5, conversions_value: 8 })
     return isFebruary ? [row(1, 4), row(2, 1)] : [row(1, 2), row(3, 3)]
   }`,
)

const resources = new AsyncDisposableStack()
let server: TestServer

beforeAll(async () => {
  server = resources.use(await startTestServer({ ADS_SOURCE: source, ADS_REPORTS: 'campaign' }))
  const { body } = await server.rest('POST /ads/runs', { body: { from: '2026-01-01', to: '2026-02-28' } })
  await until(
    'the run has ended',
    async () => (await server.rest(`GET /ads/runs/${body.id}`)).body,
    ({ finished_at }) => finished_at !== null,
  )
}, 30_000)

afterAll(async () => {
  await resources.disposeAsync()
  rmSync(folder, { recursive: true, force: true })
})

const FEBRUARY = 'from=2026-02-01&to=2026-02-28'
const JANUARY = 'compare_from=2026-01-01&compare_to=2026-01-28'

async function report(query: string) {
  const { status, body } = await server.rest(`GET /ads/report?${query}`)
  expect({ status, body }).toMatchObject({ status: 200 })
  return body as { rows: ReportRow[]; missing: number; compared?: object }
}

describe('each row beside itself in another range', () => {
  test('what is new and what has ended are among them, with zeros where there was nothing', async () => {
    const { rows, missing, compared } = await report(`${FEBRUARY}&group_by=campaign&${JANUARY}`)
    expect(
      rows.map(({ campaign_id: id, cost_micros: cost, before }) => [id, cost, before?.cost_micros]),
    ).toEqual([
      ['1', '112000000', '54000000'],
      ['2', '28000000', '0'],
      ['3', '0', '81000000'],
    ])
    expect(rows[0]?.before).toMatchObject({
      clicks: 270,
      ctr: 0.1,
      roas: 4,
      cost_per_conversion_micros: '4000000',
    })
    expect(rows[1]?.before).toMatchObject({
      ctr: null,
      average_cpc_micros: null,
      cost_per_conversion_micros: null,
    })
    expect(missing).toBe(0)
    expect(compared).toEqual({ from: '2026-01-01', to: '2026-01-28', missing: 1 })
  })

  test('ranges may overlap: a date then counts in both', async () => {
    const { rows } = await report(
      'from=2026-02-01&to=2026-02-02&group_by=campaign&compare_from=2026-02-02&compare_to=2026-02-03',
    )
    expect(rows.map(({ cost_micros: cost, before }) => [cost, before?.cost_micros])).toEqual([
      ['8000000', '8000000'],
      ['2000000', '2000000'],
    ])
  })

  test('the same over tRPC', async () => {
    const input = {
      from: '2026-02-01',
      to: '2026-02-28',
      group_by: 'campaign',
      compare_from: '2026-01-01',
      compare_to: '2026-01-28',
      trend: 4,
    }
    const overTrpc = await server.client.ads.report.query(input)
    const { rows } = await report(`${FEBRUARY}&group_by=campaign&${JANUARY}&trend=4`)
    expect(JSON.parse(JSON.stringify(overTrpc.rows))).toEqual(rows)
  })
})

test('weeks begin on Monday and months on the first, but not before the range does', async () => {
  const dates = async (interval: string) =>
    (await report(`from=2026-01-07&to=2026-02-03&interval=${interval}`)).rows.map(({ date, clicks }) => [
      date,
      clicks,
    ])
  expect(await dates('week')).toEqual([
    ['2026-01-07', 100],
    ['2026-01-12', 140],
    ['2026-01-19', 140],
    ['2026-01-26', 140],
    ['2026-02-02', 40],
  ])
  expect(await dates('month')).toEqual([
    ['2026-01-07', 500],
    ['2026-02-01', 60],
  ])
  expect((await dates('day'))[0]).toEqual(['2026-01-07', 20])
})

test('one row alone by date; a date without it is there with nothing, a date that is not stored is not', async () => {
  const { rows, missing } = await report('from=2026-01-01&to=2026-02-28&filter_by=campaign_id&filter_value=3')
  expect(rows).toHaveLength(58)
  expect(missing).toBe(1)
  expect(rows.filter(({ clicks }) => clicks > 0).map(({ cost_micros: cost }) => cost)).toEqual(
    Array.from({ length: 30 }, () => '3000000'),
  )
})

test('a trend is the cost a day of each part, whatever its length', async () => {
  const { rows } = await report('from=2026-01-25&to=2026-02-07&group_by=campaign&trend=4')
  expect(Object.fromEntries(rows.map(({ campaign_id: id, trend }) => [id, trend?.map(Number)]))).toEqual({
    1: [2e6, 2e6, 4e6, 4e6],
    2: [0, 0, 1e6, 1e6],
    3: [3e6, 3e6, 0, 0],
  })
  const [short] = (await report('from=2026-02-01&to=2026-02-02&group_by=campaign&trend=60')).rows
  expect(short?.trend).toHaveLength(2)
})

test('what cannot be meant is refused, by name', async () => {
  const refused: [query: string, pointer: string][] = [
    [`group_by=campaign&compare_from=2026-01-01`, '/compare_to'],
    [`group_by=campaign&compare_to=2026-01-01`, '/compare_from'],
    [`group_by=campaign&compare_from=2026-01-02&compare_to=2026-01-01`, '/compare_from'],
    [`group_by=campaign&compare_from=2020-01-02&compare_to=2026-01-01`, '/compare_from'],
    [JANUARY, '/compare_from'],
    ['group_by=campaign&interval=week', '/interval'],
    ['interval=year', '/interval'],
    ['trend=4', '/trend'],
    ['group_by=campaign&trend=1', '/trend'],
    ['filter_by=clicks&filter_value=1', '/filter_by'],
    ['filter_by=campaign_id', '/filter_value'],
    ['filter_value=1', '/filter_by'],
  ]
  for (const [query, pointer] of refused) {
    const { status, body } = await server.rest(`GET /ads/report?${query}`)
    expect({ query, status, pointer: body.errors?.[0]?.pointer }).toEqual({ query, status: 422, pointer })
  }
})
