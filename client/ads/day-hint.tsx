import { longDate } from '#client/ui/format.ts'
import { figures } from './day-square.tsx'
import { hasFigures } from './metric.ts'
import { labelOf, type Day, type ReportInfo } from './days.ts'

const WIDTH_REM = 12
const GAP = 6

export interface HintPlace {
  date: string
  left: number
  top: number
}

/** Below the square, and within the calendar. */
export function placeHint(square: Element): HintPlace | undefined {
  const frame = square.closest('.calendar')?.getBoundingClientRect()
  const date = square.getAttribute('data-date')
  if (!frame || date === null) return undefined
  const width = WIDTH_REM * Number.parseFloat(getComputedStyle(document.documentElement).fontSize)
  const box = square.getBoundingClientRect()
  const left = box.left + box.width / 2 - frame.left - width / 2
  return {
    date,
    left: Math.min(Math.max(left, 0), Math.max(0, frame.width - width)),
    top: box.bottom - frame.top + GAP,
  }
}

interface DayHintProps {
  day: Day
  currency: string
  report: ReportInfo | undefined
  place: HintPlace
}

/** For the eye alone: the square's own label says the same to a screen reader. */
export function DayHint({ day, currency, report, place: { left, top } }: DayHintProps) {
  return (
    <div
      className="day-hint"
      aria-hidden="true"
      style={{ left, top, width: `${WIDTH_REM}rem`, maxWidth: '100%' }}
    >
      <strong>{longDate(day.date)}</strong>
      <span>{labelOf(day.state)}</span>
      {hasFigures(day) && (
        <dl>
          {figures(day, currency, report).map(({ name, value }) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  )
}
