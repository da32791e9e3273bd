/** Item ids of the ads that no product has: one is assigned to a product, or a rule tells them all. */
import { useQuery } from '@tanstack/react-query'
import { mayUse, useSession } from '#client/sign-in/session.ts'
import { count, microsAsMoney, plural } from '#client/ui/format.ts'
import { AssignItem } from './assign-item.tsx'
import { ItemIdRule } from './item-id-rule.tsx'
import { unmatchedQuery } from './queries.ts'

export function UnmatchedItems({ days }: { days: number }) {
  const session = useSession()
  const found = useQuery(unmatchedQuery(days))
  if (!found.data || found.data.unmatched === 0) return null
  const { items, matched, unmatched } = found.data
  return (
    <section id="unmatched" className="unmatched" aria-label="Item ids without a product">
      <h2>{plural(unmatched, 'item id')} without a product</h2>
      <p className="quiet-text">
        {count(matched)} of {count(matched + unmatched)} are matched: by the item id of a product, or else by
        its SKU, whatever the case.
      </p>
      {mayUse(session, 'ads:write') && <ItemIdRule days={days} />}
      <ul>
        {items.map(({ item_id: itemId, currency, cost_micros: micros }) => (
          <li key={`${itemId} ${currency}`}>
            <code>{itemId}</code>
            <strong>{microsAsMoney(micros, currency)}</strong>
            {mayUse(session, 'products:write') && <AssignItem itemId={itemId} />}
          </li>
        ))}
      </ul>
      {unmatched > items.length && <p className="quiet-text">and {count(unmatched - items.length)} more</p>}
    </section>
  )
}
