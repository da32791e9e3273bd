import { useMemo, useSyncExternalStore } from 'react'
import { useStore } from '#client/ui/store.ts'
import { COLUMNS, type Column, type ColumnId } from './columns.ts'
import { layout } from './layout/layout.ts'

/** On a phone: what a product is called, what it costs and how many there are. */
const NARROW: readonly ColumnId[] = ['name', 'price', 'stock_level']
const MIDDLING: readonly ColumnId[] = ['sku', ...NARROW]
const WIDE: readonly ColumnId[] = ['id', ...MIDDLING, 'updated_at']
/** Large screens have room for more than names; on the largest the rest is beside the table. */
const WIDER: readonly ColumnId[] = [...WIDE, 'cover', 'cost_30']

/** In the reader's own size of text, so that larger text leaves room for names, too. */
const SCREENS = [
  [matchMedia('(max-width: 45em)'), NARROW],
  [matchMedia('(max-width: 68em)'), MIDDLING],
  [matchMedia('(max-width: 112em)'), WIDE],
] as const

/** Those that were chosen, else those that find room; a phone has no room for a choice. */
export function useColumns(): readonly Column[] {
  const { shown } = useStore(layout)
  const fitting = useSyncExternalStore(
    subscribe,
    () => SCREENS.find(([query]) => query.matches)?.[1] ?? WIDER,
  )
  return useMemo(() => {
    const ids = fitting === NARROW ? fitting : (shown ?? fitting)
    return COLUMNS.filter(({ id }) => ids.includes(id))
  }, [fitting, shown])
}

function subscribe(listener: () => void): () => void {
  for (const [query] of SCREENS) query.addEventListener('change', listener)
  return () => {
    for (const [query] of SCREENS) query.removeEventListener('change', listener)
  }
}
