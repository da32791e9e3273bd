import { monthName, weekdayName, yearName } from '#client/ui/format.ts'
import { isJanuary, type Strip } from './calendar-grid.ts'
import { DaySquare, type DayHandlers } from './day-square.tsx'
import type { Day, ReportInfo } from './days.ts'
import { isWithin, type Range } from './range.ts'
import type { Shading } from './shading.ts'

const MONTHS_HEIGHT = 20
const WEEKDAYS = [0, 2, 4]

export interface CalendarLook {
  pitch: number
  /** How much larger than usual the reader wants text to be. */
  textScale: number
  labelWidth: number
  currency: string
  report: ReportInfo | undefined
  shading: Shading
  /** The date that Tab leads to. */
  tabStop: string
  picked: Range | undefined
  /** Days of other marks stand back. */
  only: string | undefined
  handlers: DayHandlers
}

interface CalendarStripProps {
  strip: Strip
  byDate: ReadonlyMap<string, Day>
  look: CalendarLook
}

/** As many weeks as fit, one column each, the months named above. */
export function CalendarStrip({ strip, byDate, look }: CalendarStripProps) {
  const { pitch, textScale, labelWidth, currency, report, shading, tabStop, picked, only, handlers } = look
  const top = MONTHS_HEIGHT * textScale
  const width = labelWidth + strip.weeks * pitch
  const height = top + 7 * pitch
  return (
    <svg className="strip" width={width} height={height} viewBox={`0 0 ${width} ${height}`}>
      <g aria-hidden="true">
        {strip.months.map(({ date, week }, index) => (
          <text key={date} x={labelWidth + week * pitch} y={12 * textScale}>
            {monthName(date)}
            {index === 0 || isJanuary(date) ? ` ${yearName(date)}` : ''}
          </text>
        ))}
        {WEEKDAYS.map((weekday) => (
          <text key={weekday} x={0} y={top + (weekday + 0.5) * pitch + 3}>
            {weekdayName(weekday)}
          </text>
        ))}
      </g>
      <g transform={`translate(${labelWidth} ${top})`}>
        {strip.days.map((placed) => {
          const day = byDate.get(placed.date)
          if (!day) return null
          const { key, state, shade } = shading.markOf(day)
          return (
            <DaySquare
              key={placed.date}
              {...{ day, placed, pitch, currency, report, handlers, shade }}
              markState={state}
              isTabStop={placed.date === tabStop}
              isPicked={isWithin(placed.date, picked)}
              isDimmed={only !== undefined && key !== only}
            />
          )
        })}
      </g>
    </svg>
  )
}
