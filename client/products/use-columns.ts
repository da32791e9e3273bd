import { useSyncExternalStore } from 'react'
import { COLUMNS, type Column } from './columns.ts'

/** In the reader's own size of text, so that larger text leaves room for names, too. */
const NARROW = matchMedia('(max-width: 45em)')
const MIDDLING = matchMedia('(max-width: 68em)')
/** On a phone: what a product is called, what it costs and how many there are. */
const NARROW_COLUMNS = COLUMNS.filter(({ id }) => id === 'name' || id === 'price' || id === 'stock_level')
const MIDDLING_COLUMNS = COLUMNS.filter(
  ({ id }) => id === 'sku' || NARROW_COLUMNS.some((column) => column.id === id),
)

export function useColumns(): readonly Column[] {
  return useSyncExternalStore(subscribe, () =>
    NARROW.matches ? NARROW_COLUMNS : MIDDLING.matches ? MIDDLING_COLUMNS : COLUMNS,
  )
}

function subscribe(listener: () => void): () => void {
  for (const each of [NARROW, MIDDLING]) each.addEventListener('change', listener)
  return () => {
    for (const each of [NARROW, MIDDLING]) each.removeEventListener('change', listener)
  }
}
