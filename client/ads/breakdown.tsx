import { keepPreviousData, skipToken, useQuery } from '@tanstack/react-query'
import { count, microsAsMoney, plural } from '#client/ui/format.ts'
import { ErrorState } from '#client/ui/states.tsx'
import { trpc } from '#client/ui/trpc.ts'
import { WaitingRows } from '#client/ui/waiting-rows.tsx'
import type { Range } from './range.ts'
import type { Choice } from './use-ads.ts'

const SHOWN = 8

interface BreakdownProps {
  choice: Choice
  /** Nothing is asked as long as it is being chosen. */
  range: Range | undefined
}

/** What the money went to, most first; only these two reports can be grouped. */
export function Breakdown({ choice, range }: BreakdownProps) {
  const group = choice.report === 'campaign' || choice.report === 'product' ? choice.report : undefined
  const report = useQuery(
    trpc.ads.report.queryOptions(
      group && range ? { ...range, group_by: group, customer_id: choice.customerId } : skipToken,
      { placeholderData: keepPreviousData },
    ),
  )
  if (!group) return null
  if (report.error) return <ErrorState error={report.error} retry={() => void report.refetch()} />
  const { rows = [], currency = '' } = report.data ?? {}
  return (
    <section className="breakdown" aria-busy={report.isPending || report.isPlaceholderData}>
      <h3>By {group}</h3>
      <table>
        <thead>
          <tr>
            <th scope="col">{group === 'campaign' ? 'Campaign' : 'Item'}</th>
            <th scope="col">Clicks</th>
            <th scope="col">Cost</th>
          </tr>
        </thead>
        <tbody>
          {report.isPending && <WaitingRows rows={SHOWN} columns={3} />}
          {rows.slice(0, SHOWN).map((row) => (
            <tr key={row.campaign_id ?? row.product_item_id}>
              <th scope="row">{row.campaign_name ?? row.product_item_id}</th>
              <td>{count(row.clicks)}</td>
              <td>{microsAsMoney(row.cost_micros, currency)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="quiet-text">
        {rows.length > SHOWN && `and ${plural(rows.length - SHOWN, 'more', 'more')}`}
        {report.data && rows.length === 0 && 'Nothing to break down.'}
      </p>
    </section>
  )
}
