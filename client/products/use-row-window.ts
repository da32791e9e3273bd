import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef } from 'react'
import type { ProductRows } from './use-product-rows.ts'

export const ROW_HEIGHT = 34
const OVERSCAN = 10
/** Rows of a page that is still to come. */
const WAITING_ROWS = 3
/** The next page is asked for when so few rows are left below. */
const LOAD_AHEAD = 40

interface RowWindowOptions {
  /** Changes when the rows become those of another question. */
  viewKey: string
  /** A row that stays in the document even out of view, because something is being typed there; or -1. */
  kept: number
}

/** Which rows are in the document; asks for more as the end comes near. */
export function useRowWindow(
  { rows, hasMore, loadMore, stale }: ProductRows,
  { viewKey, kept }: RowWindowOptions,
) {
  const scroll = useRef<HTMLDivElement>(null)
  // oxlint-disable-next-line react/incompatible-library -- nothing here is compiled by the React Compiler
  const virtual = useVirtualizer({
    count: rows.length + (hasMore ? WAITING_ROWS : 0),
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: (index) => rows[index]?.id ?? `waiting ${index}`,
    overscan: OVERSCAN,
    // The head stays on top of the rows.
    scrollMargin: ROW_HEIGHT,
    scrollPaddingStart: ROW_HEIGHT,
    rangeExtractor: (range) => {
      const indexes = defaultRangeExtractor(range)
      if (kept === -1 || indexes.includes(kept)) return indexes
      return [...indexes, kept].toSorted((a, b) => a - b)
    },
  })
  const last = virtual.getVirtualItems().at(-1)?.index ?? 0

  useEffect(() => {
    if (hasMore && !stale && last >= rows.length - LOAD_AHEAD) loadMore()
  })
  useEffect(() => {
    scroll.current?.scrollTo({ top: 0 })
  }, [viewKey])

  return { virtual, scroll }
}
