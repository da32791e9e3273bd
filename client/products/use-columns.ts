import { useSyncExternalStore } from 'react'
import { COLUMNS, type Column } from './columns.ts'

const NARROW = window.matchMedia('(max-width: 720px)')
const NARROW_COLUMNS = COLUMNS.filter(({ id }) => id === 'name' || id === 'price' || id === 'stock_level')

/** On a phone: what a product is called, what it costs and how many there are. */
export function useColumns(): readonly Column[] {
  const narrow = useSyncExternalStore(subscribe, () => NARROW.matches)
  return narrow ? NARROW_COLUMNS : COLUMNS
}

function subscribe(listener: () => void): () => void {
  NARROW.addEventListener('change', listener)
  return () => NARROW.removeEventListener('change', listener)
}
