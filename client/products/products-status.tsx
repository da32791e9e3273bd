import { count, plural } from '#client/ui/format.ts'
import { useHeldEdits } from './use-edits.ts'
import type { ProductRows } from './use-product-rows.ts'
import type { View } from './use-view.ts'

export function ProductsStatus({ view, data }: { view: View; data: ProductRows }) {
  const held = useHeldEdits()
  const states = [...held.values()]
  const pending = states.filter(({ state }) => state === 'pending').length
  const conflicts = states.length - pending
  const found = data.total ?? data.rows.length
  const which = { all: '', in: ' in stock', out: ' out of stock' }[view.stock]
  const isOpen = data.total === undefined && data.hasMore
  return (
    <>
      <span aria-live="polite">
        {data.loading
          ? 'Loading…'
          : view.q === ''
            ? `${plural(found, 'product')}${which}`
            : `${count(found)}${isOpen ? ' or more' : ''} found for “${view.q}”${which}`}
      </span>
      {pending > 0 && <span>{plural(pending, 'edit')} on the way</span>}
      {conflicts > 0 && <span className="warning">{plural(conflicts, 'conflict')} to decide</span>}
    </>
  )
}
