import { memo, type KeyboardEvent } from 'react'
import { count, fraction, longDate, microsAsMoney } from '#client/ui/format.ts'
import type { PlacedDay } from './calendar-grid.ts'
import { DayGlyph } from './day-glyph.tsx'
import { labelOf, type Day } from './days.ts'

export interface DayHandlers {
  onPick: (date: string) => void
  onPoint: (square: Element | undefined) => void
  onFocusDay: (date: string, square: Element) => void
  onKey: (event: KeyboardEvent, date: string) => void
}

interface DaySquareProps {
  day: Day
  placed: PlacedDay
  /** Squares lie so many pixels apart. */
  pitch: number
  currency: string
  /** The one day that Tab leads to. */
  isTabStop: boolean
  isSelected: boolean
  isDimmed: boolean
  handlers: DayHandlers
}

export const DaySquare = memo(function DaySquare(props: DaySquareProps) {
  const { day, placed, pitch, currency, isTabStop, isSelected, isDimmed, handlers } = props
  return (
    <g
      // A button element cannot stand inside an SVG.
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
      role="button"
      id={dayId(placed.date)}
      className="day"
      transform={`translate(${placed.week * pitch} ${placed.weekday * pitch})`}
      tabIndex={isTabStop ? 0 : -1}
      aria-label={sentence(day, currency)}
      aria-pressed={isSelected}
      data-date={placed.date}
      data-state={day.state}
      data-dimmed={isDimmed ? '' : undefined}
      onClick={() => handlers.onPick(placed.date)}
      onFocus={(event) => handlers.onFocusDay(placed.date, event.currentTarget)}
      onBlur={() => handlers.onPoint(undefined)}
      onPointerEnter={(event) => handlers.onPoint(event.currentTarget)}
      onPointerLeave={() => handlers.onPoint(undefined)}
      onKeyDown={(event) => handlers.onKey(event, placed.date)}
    >
      <rect className="reach" width={pitch} height={pitch} />
      <DayGlyph state={day.state} size={pitch - 3} />
    </g>
  )
})

export function dayId(date: string): string {
  return `day-${date}`
}

export function hasFigures({ state }: Day): boolean {
  return state === 'complete' || state === 'provisional'
}

function sentence(day: Day, currency: string): string {
  const words = `${longDate(day.date)}: ${labelOf(day.state)}`
  if (!hasFigures(day)) return words
  return `${words}. ${figures(day, currency)
    .map(({ name, value }) => `${name} ${value}`)
    .join(', ')}`
}

export function figures(day: Day, currency: string): { name: string; value: string }[] {
  return [
    { name: 'Impressions', value: count(day.impressions) },
    { name: 'Clicks', value: count(day.clicks) },
    { name: 'Cost', value: microsAsMoney(day.cost_micros, currency) },
    { name: 'Conversions', value: fraction(day.conversions) },
  ]
}
