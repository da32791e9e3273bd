/** What the simulator's account makes of a report, cell by cell: not by the way of the wire, the parser or the store. */
import { createWorld, type WorldOptions } from '#scripts/lab/simulator/world.ts'
import { figuresOf, metricFields } from '#server/ads/demo/figures.ts'
import { datesOf, type DateRange } from '#server/ads/calendar.ts'
import type { ReportName } from '#server/ads/options.ts'
import { REPORTS } from '#server/ads/report.ts'
import { CUSTOMER, type Record_ } from './ads-command.testing.ts'

const RESOURCES = {
  campaign: 'campaign',
  ad_group: 'ad_group',
  keyword: 'keyword_view',
  product: 'shopping_performance_view',
} as const satisfies Record<ReportName, string>

/** In the order of the aggregated file. */
export function expectedRows(report: ReportName, range: DateRange, options: WorldOptions = {}): Record_[] {
  const world = createWorld(options)
  return datesOf(range).flatMap((date) =>
    figuresOf(world, RESOURCES[report], { customerId: CUSTOMER, date })
      .map(({ fields, ...metrics }) => {
        const values: Record<string, string | number> = {
          ...fields,
          'segments.date': date,
          'customer.id': CUSTOMER,
          ...metricFields(metrics),
        }
        const cells = REPORTS[report].columns.map(({ name, field, kind }) => [
          name,
          String(values[field] ?? (kind === 'text' ? '' : '0')),
        ])
        return Object.fromEntries(cells) as Record_
      })
      .toSorted((a, b) => compareKeys(a, b, report)),
  )
}

function compareKeys(a: Record_, b: Record_, report: ReportName): number {
  for (const { name, kind } of REPORTS[report].key) {
    const [left, right] = [a[name] ?? '', b[name] ?? '']
    if (left === right) continue
    if (kind === 'id') return BigInt(left) < BigInt(right) ? -1 : 1
    return left < right ? -1 : 1
  }
  return 0
}
