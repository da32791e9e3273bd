import { count, plural } from '#client/ui/format.ts'
import { useStore } from '#client/ui/store.ts'
import { liveChanges } from './rows/visible-rows.ts'
import { undoStack, useHeldEdits } from './use-edits.ts'
import type { ProductRows } from './use-product-rows.ts'
import type { View } from './use-view.ts'

interface ProductsStatusProps {
  view: View
  data: ProductRows
  /** How many rows. */
  selected: number
  onSelectAll: () => void
  /** Undefined where one's key may not. */
  onBulk: (() => void) | undefined
  onUndo: () => void
  onSearch: (words: string) => void
}

export function ProductsStatus(props: ProductsStatusProps) {
  const { view, data, selected, onSelectAll, onBulk, onUndo, onSearch } = props
  const held = useHeldEdits()
  const { created } = useStore(liveChanges)
  const undoable = useStore(undoStack)
  const states = [...held.values()]
  const pending = states.filter(({ state }) => state === 'pending').length
  const conflicts = states.length - pending
  return (
    <>
      <span className="print-only">The rows that were in view; an export has all of them.</span>
      <span aria-live="polite">{data.loading ? 'Loading…' : found(view, data)}</span>
      {view.q !== '' && data.rows.suggestion !== undefined && (
        <button type="button" className="button quiet" onClick={() => onSearch(data.rows.suggestion ?? '')}>
          Did you mean “{data.rows.suggestion}”?
        </button>
      )}
      {selected === 1 && data.rows.count > 1 && (
        <button type="button" className="button quiet touch-only" onClick={onSelectAll}>
          Select all
        </button>
      )}
      {selected > 1 && (
        <span>
          {plural(selected, 'row')} selected
          {onBulk && (
            <button type="button" className="button quiet" onClick={onBulk}>
              Change all…
            </button>
          )}
        </span>
      )}
      {pending > 0 && <span>{plural(pending, 'edit')} on the way</span>}
      {conflicts > 0 && <span className="warning">{plural(conflicts, 'conflict')} to decide</span>}
      {pending === 0 && undoable && (
        <button type="button" className="button quiet" title={undoable.words} onClick={onUndo}>
          Undo
        </button>
      )}
      {created.size > 0 && (
        <button type="button" className="button quiet" onClick={data.reload}>
          {plural(created.size, 'new product')} · show
        </button>
      )}
    </>
  )
}

function found(view: View, { rows }: ProductRows): string {
  const which = {
    all: '',
    in: ' in stock',
    low: ' with low stock',
    out: ' out of stock',
  }[view.stock]
  const total = rows.total
  if (view.q !== '') {
    return `${count(total ?? rows.reached)}${total === undefined ? ' or more' : ''} found for “${view.q}”${which}`
  }
  return `${rows.exact ? '' : 'About '}${plural(total ?? rows.count, 'product')}${which}`
}
