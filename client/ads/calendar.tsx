/** Two years at a glance: one square a day, its state told by its shape; keys lead from day to day. */
import { useLayoutEffect, useMemo, useRef, useState } from 'react'
import { layOut, moveDate } from './calendar-grid.ts'
import { CalendarStrip, LABEL_WIDTH } from './calendar-strip.tsx'
import { DayHint, placeHint, type HintPlace } from './day-hint.tsx'
import { dayId, type DayHandlers } from './day-square.tsx'
import type { Days, DayState } from './days.ts'

/** Two years, one, a half, a quarter: the longest that fits is what a strip holds. */
const STRIP_WEEKS = [105, 53, 27, 14]
const MIN_PITCH = 16
const MAX_PITCH = 22
/** Where more strips than these fill the screen, the newest is on top. */
const MAX_IN_ORDER = 2

interface CalendarProps {
  days: Days
  selected: string | undefined
  only: DayState | undefined
  onSelect: (date: string | undefined) => void
}

export function Calendar({ days, selected, only, onSelect }: CalendarProps) {
  const { from, to, currency } = days
  const frame = useRef<HTMLFieldSetElement>(null)
  const width = useWidth(frame)
  const [focused, setFocused] = useState<string>()
  const [hint, setHint] = useState<HintPlace>()
  const byDate = useMemo(() => new Map(days.days.map((day) => [day.date, day])), [days.days])
  const room = width - LABEL_WIDTH
  const maxWeeks = STRIP_WEEKS.find((weeks) => weeks * MIN_PITCH <= room) ?? 14
  const strips = useMemo(() => layOut({ from, to }, maxWeeks), [from, to, maxWeeks])
  const pitch = Math.min(MAX_PITCH, Math.floor(room / (strips[0]?.weeks ?? 1)))

  const handlers = useMemo<DayHandlers>(
    () => ({
      onPick: (date) => {
        setHint(undefined)
        onSelect(date)
      },
      onPoint: (square) => setHint(square && placeHint(square)),
      onFocusDay: (date, square) => {
        setFocused(date)
        setHint(placeHint(square))
      },
      onKey: (event, date) => {
        const moved = moveDate(date, event.key, { from, to })
        if (moved !== undefined) document.getElementById(dayId(moved))?.focus()
        else if (event.key === 'Enter' || event.key === ' ') {
          setHint(undefined)
          onSelect(date)
        } else if (event.key === 'Escape') onSelect(undefined)
        else return
        event.preventDefault()
      },
    }),
    [from, to, onSelect],
  )
  const tabStop = [focused, selected, to].find((date) => date !== undefined && byDate.has(date)) ?? to
  const shown = hint && byDate.get(hint.date)

  return (
    <fieldset className="calendar" data-many={strips.length > MAX_IN_ORDER ? '' : undefined} ref={frame}>
      <legend className="visually-hidden">Days</legend>
      {width > 0 &&
        strips.map((strip) => (
          <CalendarStrip
            key={strip.days[0]?.date}
            strip={strip}
            byDate={byDate}
            look={{ pitch, currency, tabStop, selected, only, handlers }}
          />
        ))}
      {hint && shown && <DayHint day={shown} currency={currency} place={hint} />}
    </fieldset>
  )
}

function useWidth(element: { current: HTMLElement | null }): number {
  const [width, setWidth] = useState(0)
  useLayoutEffect(() => {
    const { current } = element
    if (!current) return undefined
    const observer = new ResizeObserver(() => setWidth(current.clientWidth))
    observer.observe(current)
    return () => observer.disconnect()
  }, [element])
  return width
}
