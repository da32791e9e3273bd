/** Two years at a glance: one square a day; keys lead from day to day, Shift and dragging pick many. */
import { useLayoutEffect, useMemo, useRef, useState } from 'react'
import { layOut } from './calendar-grid.ts'
import { CalendarStrip } from './calendar-strip.tsx'
import { DayHint, type HintPlace } from './day-hint.tsx'
import type { Days } from './days.ts'
import type { Range } from './range.ts'
import type { Shading } from './shading.ts'
import { useDayHandlers } from './use-day-handlers.ts'

/** Two years, one, a half, a quarter: the longest that fits is what a strip holds. */
const STRIP_WEEKS = [105, 53, 27, 14]
/** A finger needs more room than a mouse. */
const PITCH = matchMedia('(pointer: coarse)').matches ? { min: 24, max: 28 } : { min: 16, max: 22 }
const LABEL_WIDTH = 34
/** Where more strips than these fill the screen, the newest is on top. */
const MAX_IN_ORDER = 2

interface CalendarProps {
  days: Days
  shading: Shading
  picked: Range | undefined
  only: string | undefined
  onPick: (range: Range | undefined) => void
}

export function Calendar({ days, shading, picked, only, onPick }: CalendarProps) {
  const { from, to, currency } = days
  const [report] = days.reports
  const frame = useRef<HTMLFieldSetElement>(null)
  const { width, textScale } = useRoom(frame)
  const [focused, setFocused] = useState<string>()
  const [hint, setHint] = useState<HintPlace>()
  const byDate = useMemo(() => new Map(days.days.map((day) => [day.date, day])), [days.days])
  const labelWidth = LABEL_WIDTH * textScale
  const room = width - labelWidth
  const maxWeeks =
    STRIP_WEEKS.find((weeks) => weeks * PITCH.min <= room) ?? Math.max(1, Math.floor(room / PITCH.min))
  const strips = useMemo(() => layOut({ from, to }, maxWeeks, textScale), [from, to, maxWeeks, textScale])
  const pitch = Math.min(PITCH.max, Math.floor(room / (strips[0]?.weeks ?? 1)))
  const handlers = useDayHandlers({ from, to, onPick, onFocused: setFocused, onHint: setHint })
  const tabStop = [focused, picked?.to, to].find((date) => date !== undefined && byDate.has(date)) ?? to
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
            look={{
              pitch,
              textScale,
              labelWidth,
              currency,
              report,
              shading,
              tabStop,
              picked,
              only,
              handlers,
            }}
          />
        ))}
      {hint && shown && <DayHint day={shown} currency={currency} report={report} place={hint} />}
    </fieldset>
  )
}

const USUAL_TEXT_PX = 16

function useRoom(element: { current: HTMLElement | null }): { width: number; textScale: number } {
  const [room, setRoom] = useState({ width: 0, textScale: 1 })
  useLayoutEffect(() => {
    const { current } = element
    if (!current) return undefined
    const observer = new ResizeObserver(() => {
      const textPx = Number.parseFloat(getComputedStyle(document.documentElement).fontSize)
      setRoom({ width: current.clientWidth, textScale: textPx / USUAL_TEXT_PX })
    })
    observer.observe(current)
    return () => observer.disconnect()
  }, [element])
  return room
}
