/** What pointer and keys do in the calendar: one day is picked plainly, many with Shift or by dragging. */
import { useMemo, useRef } from 'react'
import { announce } from '#client/ui/announce.tsx'
import { longDate, plural } from '#client/ui/format.ts'
import { moveDate } from './calendar-grid.ts'
import { placeHint, type HintPlace } from './day-hint.tsx'
import { dayId, type DayHandlers } from './day-square.tsx'
import { lengthOf, span, type Range } from './range.ts'

interface Options extends Range {
  onPick: (range: Range | undefined) => void
  onFocused: (date: string) => void
  onHint: (place: HintPlace | undefined) => void
}

export function useDayHandlers({ from, to, onPick, onFocused, onHint }: Options): DayHandlers {
  /** Where a range begins. */
  const anchor = useRef<string>(undefined)
  return useMemo<DayHandlers>(() => {
    const pickOne = (date: string) => {
      anchor.current = date
      onHint(undefined)
      onPick({ from: date, to: date })
    }
    const pickUpTo = (date: string) => onPick(span(anchor.current ?? date, date))
    return {
      onClick: ({ shiftKey }, date) => (shiftKey ? pickUpTo(date) : pickOne(date)),
      onPress: ({ shiftKey, pointerType }, date) => {
        // A finger that is dragged scrolls.
        if (pointerType === 'mouse' && !shiftKey) anchor.current = date
      },
      onPoint: ({ buttons, pointerType, currentTarget }, date) => {
        onHint(placeHint(currentTarget))
        const isDragged = pointerType === 'mouse' && buttons === 1
        if (isDragged && anchor.current !== undefined) pickUpTo(date)
      },
      onLeave: () => onHint(undefined),
      onFocus: (date, square) => {
        onFocused(date)
        onHint(placeHint(square))
      },
      onKey: (event, date) => {
        const moved = moveDate(date, event.key, { from, to })
        if (moved !== undefined) {
          if (event.shiftKey) {
            anchor.current ??= date
            pickUpTo(moved)
            announce(inWords(span(anchor.current, moved)))
          } else anchor.current = moved
          document.getElementById(dayId(moved))?.focus()
        } else if (event.key === 'Enter' || event.key === ' ') pickOne(date)
        else if (event.key === 'Escape') onPick(undefined)
        else return
        event.preventDefault()
      },
    }
  }, [from, to, onPick, onFocused, onHint])
}

function inWords(range: Range): string {
  return `${plural(lengthOf(range), 'day')} picked, ${longDate(range.from)} to ${longDate(range.to)}`
}
