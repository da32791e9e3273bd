import { monthName, weekdayName } from '#client/ui/format.ts'
import type { Strip } from './calendar-grid.ts'
import { DaySquare, type DayHandlers } from './day-square.tsx'
import type { Day, DayState } from './days.ts'

export const LABEL_WIDTH = 34
const MONTHS_HEIGHT = 20
const WEEKDAYS = [0, 2, 4]

export interface CalendarLook {
  pitch: number
  currency: string
  /** The date that Tab leads to. */
  tabStop: string
  selected: string | undefined
  /** Days of other states stand back. */
  only: DayState | undefined
  handlers: DayHandlers
}

interface CalendarStripProps {
  strip: Strip
  byDate: ReadonlyMap<string, Day>
  look: CalendarLook
}

/** As many weeks as fit, one column each, the months named above. */
export function CalendarStrip({ strip, byDate, look }: CalendarStripProps) {
  const { pitch, currency, tabStop, selected, only, handlers } = look
  const width = LABEL_WIDTH + strip.weeks * pitch
  const height = MONTHS_HEIGHT + 7 * pitch
  return (
    <svg className="strip" width={width} height={height} viewBox={`0 0 ${width} ${height}`}>
      <g aria-hidden="true">
        {strip.months.map(({ date, week }, index) => (
          <text key={date} x={LABEL_WIDTH + week * pitch} y={12}>
            {monthName(date)}
            {index === 0 || date.slice(5, 7) === '01' ? ` ${date.slice(0, 4)}` : ''}
          </text>
        ))}
        {WEEKDAYS.map((weekday) => (
          <text key={weekday} x={0} y={MONTHS_HEIGHT + (weekday + 0.5) * pitch + 3}>
            {weekdayName(weekday)}
          </text>
        ))}
      </g>
      <g transform={`translate(${LABEL_WIDTH} ${MONTHS_HEIGHT})`}>
        {strip.days.map((placed) => {
          const day = byDate.get(placed.date)
          if (!day) return null
          return (
            <DaySquare
              key={placed.date}
              {...{ day, placed, pitch, currency, handlers }}
              isTabStop={placed.date === tabStop}
              isSelected={placed.date === selected}
              isDimmed={only !== undefined && day.state !== only}
            />
          )
        })}
      </g>
    </svg>
  )
}
