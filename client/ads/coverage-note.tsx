import { percent } from '#client/ui/format.ts'
import { reportLabel, type Days, type ReportName } from './days.ts'

const EVERYTHING = 0.9995

/** What the rest of the cost is, where a report does not have all of it. */
const REST: ReadonlyMap<ReportName, string> = new Map([
  ['ad_group', 'what has no ad groups, such as Performance Max'],
  ['keyword', 'what has no keywords, such as Shopping and Performance Max'],
  ['product', 'ads without products, such as Search'],
])

/** A report that has not all of the account's cost says so, lest its sums be compared with the campaigns'. */
export function CoverageNote({ coverage }: { coverage: Days['coverage'][number] | undefined }) {
  const { report, share = null } = coverage ?? {}
  if (report === undefined || share === null || share > EVERYTHING) return null
  return (
    <p className="quiet-text" role="note">
      {reportLabel(report)} explain {percent(share)} of this account’s cost over two years; the rest is{' '}
      {REST.get(report) ?? 'in none of its rows'}.
    </p>
  )
}
