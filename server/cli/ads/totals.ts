/** What `verify --totals` says of the sums that it compared. */
import type { CheckedTotals } from '#server/ads/offline.ts'
import { count } from './output.ts'

export function describeTotals({
  report,
  customer_id,
  from,
  to,
  dates,
  differences: found,
}: CheckedTotals): string {
  const verdict = found.length === 0 ? "Google's sums are the same" : "Google's sums are others:"
  return `${report} ${customer_id} ${from}..${to}, ${count(dates)} dates: ${verdict}`
}

export function describeDifference({
  from,
  to,
  provisional,
  metrics,
}: CheckedTotals['differences'][number]): string {
  const when = from === to ? from : `${from}..${to}`
  const what = Object.entries(metrics)
    .map(
      ([name, { stored, google }]: [string, { stored?: string; google?: string }]) =>
        `${name} ${stored} here, ${google} there`,
    )
    .join('; ')
  return provisional ? `${when}: ${what} (to be expected: these dates are provisional)` : `${when}: ${what}`
}
