import { moment, plural } from '#client/ui/format.ts'
import { labelOf, meaningOf, type Day } from './days.ts'
import { isStored } from './metric.ts'
import { Restatements } from './restatements.tsx'
import { reasonFor, remedyFor } from './run-labels.ts'
import type { Choice } from './use-ads.ts'

/** What became of one day: its state, when it was fetched, what failed, and what Google changed later. */
export function DayDetails({ day, choice }: { day: Day; choice: Choice }) {
  const { state, code, detail, rows, fetched_at: fetchedAt } = day
  const remedy = remedyFor(code)
  return (
    <div className="day-details" aria-live="polite">
      <p>
        <strong>{labelOf(state)}.</strong> {meaningOf(state)}{' '}
        {fetchedAt !== null && (
          <span className="quiet-text">
            {plural(rows, 'row')}, fetched {moment(fetchedAt)}.
          </span>
        )}
      </p>
      {code !== undefined && (
        <p>
          The last try failed: {reasonFor(code)}. {remedy}
        </p>
      )}
      {detail !== undefined && (
        <details>
          <summary>Details</summary>
          <code>{code}</code> {detail}
        </details>
      )}
      {day.old_columns && <p>Its columns are those of an earlier query of this report.</p>}
      {isStored(day) && state !== 'empty' && <Restatements choice={choice} date={day.date} />}
    </div>
  )
}
