import { memo, type KeyboardEvent, type MouseEvent, type PointerEvent } from 'react'
import { count, fraction, longDate, microsAsMoney } from '#client/ui/format.ts'
import type { PlacedDay } from './calendar-grid.ts'
import { DayGlyph } from './day-glyph.tsx'
import { isBuiltIn, labelOf, type Day, type ReportInfo } from './days.ts'
import { choicesFor, formatMetric, hasFigures } from './metric.ts'
import type { Mark } from './shading.ts'

export interface DayHandlers {
  onClick: (event: MouseEvent, date: string) => void
  onPress: (event: PointerEvent, date: string) => void
  onPoint: (event: PointerEvent, date: string) => void
  onLeave: () => void
  onFocus: (date: string, square: Element) => void
  onKey: (event: KeyboardEvent, date: string) => void
}

interface DaySquareProps {
  day: Day
  placed: PlacedDay
  /** Squares lie so many pixels apart. */
  pitch: number
  currency: string
  report: ReportInfo | undefined
  /** Of the mark, apart: an object of its own would be another one each time. */
  markState: Mark['state']
  shade: Mark['shade']
  /** The one day that Tab leads to. */
  isTabStop: boolean
  isPicked: boolean
  isDimmed: boolean
  handlers: DayHandlers
}

export const DaySquare = memo(function DaySquare(props: DaySquareProps) {
  const { day, placed, pitch, currency, report, isTabStop, isPicked, isDimmed, handlers } = props
  const { date } = placed
  return (
    <g
      // A button element cannot stand inside an SVG.
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
      role="button"
      id={dayId(date)}
      className="day"
      transform={`translate(${placed.week * pitch} ${placed.weekday * pitch})`}
      tabIndex={isTabStop ? 0 : -1}
      aria-label={sentence(day, currency, report)}
      aria-pressed={isPicked}
      data-date={date}
      data-state={day.state}
      data-dimmed={isDimmed ? '' : undefined}
      onClick={(event) => handlers.onClick(event, date)}
      onFocus={(event) => handlers.onFocus(date, event.currentTarget)}
      onBlur={handlers.onLeave}
      onPointerDown={(event) => handlers.onPress(event, date)}
      onPointerEnter={(event) => handlers.onPoint(event, date)}
      onPointerLeave={handlers.onLeave}
      onKeyDown={(event) => handlers.onKey(event, date)}
    >
      <rect className="reach" width={pitch} height={pitch} />
      <DayGlyph mark={{ state: props.markState, shade: props.shade }} size={pitch - 3} />
    </g>
  )
})

export function dayId(date: string): string {
  return `day-${date}`
}

function sentence(day: Day, currency: string, report: ReportInfo | undefined): string {
  const words = `${longDate(day.date)}: ${labelOf(day.state)}`
  if (!hasFigures(day)) return words
  return `${words}. ${figures(day, currency, report)
    .map(({ name, value }) => `${name} ${value}`)
    .join(', ')}`
}

export function figures(
  day: Day,
  currency: string,
  report: ReportInfo | undefined,
): { name: string; value: string }[] {
  if (report && !isBuiltIn(report.name))
    return choicesFor(report).map(({ value, label }) => ({
      name: label,
      value: formatMetric(day, value, currency),
    }))
  return [
    { name: 'Impressions', value: count(day.impressions) },
    { name: 'Clicks', value: count(day.clicks) },
    { name: 'Cost', value: microsAsMoney(day.cost_micros, currency) },
    { name: 'Conversions', value: fraction(day.conversions) },
  ]
}
