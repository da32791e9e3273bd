/** Item ids of the ads that no product has: one is assigned to a product, or a rule tells them all. */
import { useState } from 'react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { mayUse, useSession } from '#client/sign-in/session.ts'
import { announce } from '#client/ui/announce.tsx'
import { describeError } from '#client/ui/describe-error.ts'
import { count, microsAsMoney, plural } from '#client/ui/format.ts'
import { client, trpc } from '#client/ui/trpc.ts'
import { ItemIdRule } from './item-id-rule.tsx'

const SHOWN = 20

export function UnmatchedItems({ days }: { days: number }) {
  const session = useSession()
  const found = useQuery(trpc.ads.unmatchedItems.queryOptions({ days, limit: SHOWN }))
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

async function assign(itemId: string, text: string): Promise<string> {
  const { items } = await client.products.search.query({ q: text, limit: 1 })
  const [product] = items
  if (!product) throw new Error(`No product is found by “${text}”.`)
  await client.products.update.mutate({ id: product.id, version: product.version, ads_item_id: itemId })
  return product.name
}

/** Enter assigns to the product that the SKU or name finds first. */
function AssignItem({ itemId }: { itemId: string }) {
  const [text, setText] = useState('')
  const queries = useQueryClient()
  const assignment = useMutation({
    mutationFn: () => assign(itemId, text),
    async onSuccess(name) {
      announce(`${itemId} belongs to ${name} now.`)
      await queries.invalidateQueries()
    },
  })
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (text.trim() !== '') assignment.mutate()
      }}
    >
      <input
        type="text"
        className="field"
        value={text}
        placeholder="SKU or name"
        aria-label={`Product of ${itemId}`}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <button type="submit" className="button" disabled={assignment.isPending}>
        Assign
      </button>
      {assignment.error && (
        <span className="form-mistake" role="alert">
          {mistakeIn(assignment.error)}
        </span>
      )}
    </form>
  )
}

function mistakeIn(error: Error): string {
  return error.message.startsWith('No product is found') ? error.message : describeError(error).detail
}
