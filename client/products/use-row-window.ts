/** Which rows are in the document: those in view and a few around them, however many there are. */
import { useEffect, useEffectEvent, useLayoutEffect, useRef, useState, type RefObject } from 'react'
import { heightOf, placeAt, scrolled, type ScrollPlace } from './grid/scroll-map.ts'
import type { RowBlocks } from './rows/row-blocks.ts'

const OVERSCAN = 12

interface RowWindowOptions {
  scroll: RefObject<HTMLDivElement | null>
  /** Changes when the rows become those of another question. */
  viewKey: string
  /** A row that stays in the document even out of view, because something is being typed there; or -1. */
  kept: number
}

export interface RowWindow {
  onScroll: () => void
  /** Places of rows, in their order. */
  places: readonly number[]
  /** Where a row begins, in pixels below the head. */
  startOf: (place: number) => number
  height: number
  /** Rows that are seen at once. */
  page: number
  reveal: (place: number) => void
}

export function useRowWindow(
  rows: Pick<RowBlocks, 'count' | 'show'>,
  { scroll, viewKey, kept }: RowWindowOptions,
): RowWindow {
  const { viewport, rowHeight } = useMeasures(scroll)
  const space = { rows: rows.count * rowHeight, viewport }
  const { now, drawn, moveTo } = useScrollPlace(scroll)

  const inList = drawn.top + drawn.base
  const first = Math.max(0, Math.floor(inList / rowHeight) - OVERSCAN)
  const last = Math.min(rows.count - 1, Math.ceil((inList + viewport) / rowHeight) + OVERSCAN)
  useEffect(() => rows.show(first, last), [rows, first, last])

  const shownKey = useRef(viewKey)
  useEffect(() => {
    if (shownKey.current === viewKey) return
    shownKey.current = viewKey
    moveTo({ top: 0, base: 0 })
  })

  // Where a phone is turned, or text made larger, what was on top stays there.
  const shownHeight = useRef(rowHeight)
  useLayoutEffect(() => {
    const rowsAbove = (now().top + now().base) / shownHeight.current
    if (shownHeight.current !== rowHeight) moveTo(placeAt(rowsAbove * rowHeight, space))
    shownHeight.current = rowHeight
  })

  // In a list higher than an element may be, small steps move the bar too far; it is set right when one rests.
  const settle = useEffectEvent(() => {
    if (heightOf(space) < space.rows) moveTo(placeAt(now().top + now().base, space))
  })
  useEffect(() => {
    const element = scroll.current
    const onEnd = () => settle()
    element?.addEventListener('scrollend', onEnd)
    return () => element?.removeEventListener('scrollend', onEnd)
  }, [scroll])

  return {
    onScroll() {
      const top = scroll.current?.scrollTop ?? 0
      if (top !== now().top) moveTo(scrolled(now(), top, space))
    },
    places: placesBetween(first, last, kept),
    startOf: (place) => place * rowHeight - drawn.base,
    height: heightOf(space),
    page: Math.max(1, Math.floor(viewport / rowHeight) - 1),
    reveal(place) {
      const seen = now().top + now().base
      const above = place * rowHeight
      const below = above + rowHeight - viewport
      if (above < seen) moveTo(placeAt(above, space))
      else if (below > seen) moveTo(placeAt(below, space))
    },
  }
}

/** The height in which rows are seen, without the head, and that of a row: the style gives the head the same. */
function useMeasures(scroll: RefObject<HTMLDivElement | null>): { viewport: number; rowHeight: number } {
  const [measures, setMeasures] = useState({ viewport: 0, rowHeight: 34 })
  useLayoutEffect(() => {
    const element = scroll.current
    const head = element?.querySelector('thead')
    if (!element || !head) return undefined
    const measure = () => {
      const rowHeight = head.getBoundingClientRect().height
      setMeasures({ viewport: Math.max(0, element.clientHeight - rowHeight), rowHeight })
    }
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    observer.observe(head)
    measure()
    return () => observer.disconnect()
  }, [scroll])
  return measures
}

/** Where one is: at once for the next event, which may come before what this one changed is drawn. */
function useScrollPlace(scroll: RefObject<HTMLDivElement | null>) {
  const latest = useRef<ScrollPlace>({ top: 0, base: 0 })
  const [drawn, setDrawn] = useState<ScrollPlace>({ top: 0, base: 0 })
  return {
    now: () => latest.current,
    drawn,
    moveTo: (place: ScrollPlace) => {
      const element = scroll.current
      if (!element) return
      if (element.scrollTop !== place.top) element.scrollTo({ top: place.top, behavior: 'instant' })
      // The browser rounds; what it has is what the next step is measured from.
      const top = element.scrollTop
      latest.current = { top, base: place.top + place.base - top }
      setDrawn(latest.current)
    },
  }
}

function placesBetween(first: number, last: number, kept: number): number[] {
  const places = Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index)
  if (kept === -1 || (kept >= first && kept <= last)) return places
  return kept < first ? [kept, ...places] : [...places, kept]
}
