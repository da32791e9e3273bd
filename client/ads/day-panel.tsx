/** One day, or, as long as none is opened, the whole of what the calendar shows. */
import { longDate, mediumDate, moment, plural } from '#client/ui/format.ts'
import { Breakdown } from './breakdown.tsx'
import { hasFigures } from './day-square.tsx'
import { labelOf, meaningOf, sumOf, type Day, type Days } from './days.ts'
import { FiguresList } from './figures-list.tsx'
import { reasonFor } from './run-words.ts'
import type { Choice } from './use-ads.ts'

interface DayPanelProps {
  day: Day
  currency: string
  choice: Choice
  busy: boolean
  onFetch: (date: string) => void
  onClose: () => void
}

export function DayPanel({ day, currency, choice, busy, onFetch, onClose }: DayPanelProps) {
  const { date, state } = day
  return (
    <section className="day-panel" aria-label="The day" aria-live="polite">
      <header>
        <h2>{longDate(date)}</h2>
        <button type="button" className="button" disabled={busy} onClick={() => onFetch(date)}>
          {state === 'missing' || state === 'failed' ? 'Fetch this day' : 'Fetch this day again'}
        </button>
        <button type="button" className="button quiet" onClick={onClose}>
          Back to two years
        </button>
      </header>
      <p>
        <strong>{labelOf(state)}.</strong> {meaningOf(state)}{' '}
        {day.code !== undefined && `The last try failed: ${reasonFor(day.code)}.`}
      </p>
      {day.detail !== undefined && (
        <details>
          <summary>What exactly</summary>
          <code>{day.code}</code> {day.detail}
        </details>
      )}
      {day.fetched_at !== null && (
        <p className="quiet-text">
          {plural(day.rows, 'row')}, fetched {moment(day.fetched_at)}
        </p>
      )}
      {hasFigures(day) && (
        <div className="panel-columns">
          <FiguresList figures={day} currency={currency} />
          <Breakdown choice={choice} from={date} to={date} />
        </div>
      )}
    </section>
  )
}

export function TotalsPanel({ days: { from, to, days, currency } }: { days: Days }) {
  return (
    <section className="day-panel" aria-label="Two years">
      <header>
        <h2>
          {mediumDate(from)} – {mediumDate(to)}
        </h2>
        <span className="quiet-text">Pick a day to see what it is made of.</span>
      </header>
      <FiguresList figures={sumOf(days)} currency={currency} />
    </section>
  )
}
