/**
 * How much of an account's cost a report explains. Campaigns have all of it; what has no ad groups, keywords or
 * products is missing from the other reports by definition, so that their sums differ and both are right.
 */
import { datesOf } from './calendar.ts'
import type { Catalogue } from './definition/catalogue.ts'
import type { ReportName } from './options.ts'
import { indexKeyOf, type IndexLine } from './store/index-file.ts'
import type { Selection } from './views.ts'

export interface Coverage {
  report: ReportName
  customerId: string
  /** From 0 to 1; undefined while nothing can be compared. */
  share: number | undefined
  /** Those that both reports have: only they are compared. */
  dates: number
}

const WHOLE: ReportName = 'campaign'
const PARTS = 10_000n

export function coverageOf(
  { range, reports, customerIds }: Selection,
  lines: ReadonlyMap<string, IndexLine>,
  catalogue: Pick<Catalogue, 'find'>,
): Coverage[] {
  const dates = datesOf(range)
  return reports.flatMap((report) => {
    const hasCost = catalogue.find(report)?.summed.some(({ name }) => name === 'cost_micros') ?? false
    return customerIds.map((customerId) => {
      let [own, whole, compared] = [0n, 0n, 0]
      for (const date of dates) {
        const line = lines.get(indexKeyOf({ report, customerId, date }))
        const campaigns = lines.get(indexKeyOf({ report: WHOLE, customerId, date }))
        if (!hasCost || !line || !campaigns) continue
        own += line.sums.cost_micros
        whole += campaigns.sums.cost_micros
        compared++
      }
      const share = whole > 0n ? Number((own * PARTS) / whole) / Number(PARTS) : undefined
      return { report, customerId, share, dates: compared }
    })
  })
}

export function coverageToWire({ report, customerId, share, dates }: Coverage) {
  return { report, customer_id: customerId, share: share ?? null, dates }
}
