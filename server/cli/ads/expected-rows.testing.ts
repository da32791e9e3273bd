/** What the simulator's account makes of a report, cell by cell: not by the way of the wire, the parser or the store. */
import { createWorld, type WorldOptions } from '#scripts/lab/simulator/world.ts'
import { isResource, metricFields } from '#server/ads/demo/figures.ts'
import { figuresBy } from '#server/ads/demo/split.ts'
import { datesOf, type DateRange } from '#server/ads/calendar.ts'
import type { Report } from '#server/ads/report.ts'
import { CUSTOMER, type Record_ } from './ads-command.testing.ts'

/** In the order of the aggregated file. */
export function expectedRows(
  report: Report,
  range: DateRange,
  { customerId = CUSTOMER, ...options }: WorldOptions & { customerId?: string } = {},
): Record_[] {
  const world = createWorld(options)
  const { resource, columns } = report
  if (!isResource(resource)) throw new Error(`The simulator has no rows of ${resource}.`)
  const fields = columns.map(({ field }) => field)
  return datesOf(range).flatMap((date) =>
    figuresBy(world, { resource, fields }, { customerId, date })
      .map(({ fields: own, ...metrics }) => {
        const values: Record<string, string | number> = {
          ...own,
          'segments.date': date,
          'customer.id': customerId,
          ...metricFields(metrics),
        }
        const cells = columns.map(({ name, field, kind, type }) => {
          const value = String(values[field] ?? (kind === 'text' ? '' : '0'))
          // What equals its default is not sent.
          return [name, type === 'rate' && value === '0' ? '' : value]
        })
        return Object.fromEntries(cells) as Record_
      })
      .toSorted((a, b) => compareKeys(a, b, report)),
  )
}

function compareKeys(a: Record_, b: Record_, { key }: Report): number {
  for (const { name, kind } of key) {
    const [left, right] = [a[name] ?? '', b[name] ?? '']
    if (left === right) continue
    if (kind === 'id' || kind === 'integer') return BigInt(left) < BigInt(right) ? -1 : 1
    return left < right ? -1 : 1
  }
  return 0
}
