/** Whether a table as wide as one can be read leaves room for a panel beside it. */
import { useSyncExternalStore } from 'react'

/** The side bar, the widest table and the narrowest panel; style sheets name the same width. */
const wide = matchMedia('(min-width: 144em)')

export function useWide(): boolean {
  return useSyncExternalStore(subscribe, () => wide.matches)
}

function subscribe(listener: () => void): () => void {
  wide.addEventListener('change', listener)
  return () => wide.removeEventListener('change', listener)
}
