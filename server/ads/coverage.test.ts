import { expect, test } from 'bun:test'
import { coverageOf } from './coverage.ts'
import { findBuiltIn } from './definition/files.ts'
import { derive, noSums } from './metric.ts'
import { indexKeyOf, type IndexLine } from './store/index-file.ts'
import type { ReportName } from './options.ts'

const customerId = '1234567890'

function line(report: ReportName, date: string, cost: bigint): IndexLine {
  const sums = { ...noSums(), cost_micros: cost }
  const of = { report, customerId, date, state: 'complete', rows: 1, sha256: '', units: 0 } as const
  return { ...of, sums, fetchedAt: '2026-01-31T00:00:00.000Z' }
}

test('a report is compared with the campaigns over the dates that both have', () => {
  const lines = [
    line('campaign', '2026-01-01', 100n),
    line('ad_group', '2026-01-01', 40n),
    line('campaign', '2026-01-02', 300n),
    line('ad_group', '2026-01-02', 160n),
    line('ad_group', '2026-01-03', 999n),
    line('campaign', '2026-01-04', 999n),
  ]
  const known = new Map(lines.map((each) => [indexKeyOf(each), each]))
  const range = { from: '2026-01-01', to: '2026-01-31' }
  const reports = ['campaign', 'ad_group', 'keyword']
  const catalogue = { find: findBuiltIn }
  expect(coverageOf({ range, reports, customerIds: [customerId] }, known, catalogue)).toEqual([
    { report: 'campaign', customerId, share: 1, dates: 3 },
    { report: 'ad_group', customerId, share: 0.5, dates: 2 },
    { report: 'keyword', customerId, share: undefined, dates: 0 },
  ])
})

test('rates follow from sums, and are nothing where there is nothing to divide by', () => {
  const sums = {
    ...noSums(),
    impressions: 1_000n,
    clicks: 30n,
    cost_micros: 25_000_000n,
    conversions: 4n * 10n ** 18n,
    conversions_value: 100n * 10n ** 18n,
  }
  expect(derive(sums)).toEqual({
    ctr: 0.03,
    average_cpc_micros: '833333',
    cost_per_conversion_micros: '6250000',
    roas: 4,
  })
  expect(derive(noSums())).toEqual({
    ctr: null,
    average_cpc_micros: null,
    cost_per_conversion_micros: null,
    roas: null,
  })
})
