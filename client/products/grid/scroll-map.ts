/**
 * Between a list's own height and that of an element: browsers give up beyond some ten million pixels, a million rows
 * have 34 million. Small steps move by what they are; a jump goes to the same share of the list.
 */

/** Below what any browser lays out exactly. */
export const MAX_HEIGHT = 8_000_000

export interface Space {
  /** Of all rows, as they would be. */
  rows: number
  /** In which they are seen. */
  viewport: number
}

/** `top` is the element's scroll position; `top + base` is where in the list one is. */
export interface ScrollPlace {
  top: number
  base: number
}

export function heightOf({ rows }: Space): number {
  return Math.min(rows, MAX_HEIGHT)
}

/** Where the list stands after the element was scrolled to `top`. */
export function scrolled(from: ScrollPlace, top: number, space: Space): ScrollPlace {
  const ends = endsOf(space)
  if (ends.element === ends.list) return { top, base: 0 }
  if (Math.abs(top - from.top) > 2 * space.viewport) {
    return { top, base: (top / ends.element) * ends.list - top }
  }
  return { top, base: clamp(top + from.base, ends.list) - top }
}

/** The element's scroll position that stands for a place in the list. */
export function placeAt(inList: number, space: Space): ScrollPlace {
  const ends = endsOf(space)
  const place = clamp(inList, ends.list)
  if (ends.element === ends.list) return { top: place, base: 0 }
  const top = Math.round((place / ends.list) * ends.element)
  return { top, base: place - top }
}

function endsOf(space: Space): { element: number; list: number } {
  return {
    element: Math.max(0, heightOf(space) - space.viewport),
    list: Math.max(0, space.rows - space.viewport),
  }
}

function clamp(place: number, end: number): number {
  return Math.max(0, Math.min(end, place))
}
