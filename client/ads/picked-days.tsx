/** What the picked days are made of, and what fetching them would take: loaded once days are picked. */
import { plural } from '#client/ui/format.ts'
import { Breakdown } from './breakdown.tsx'
import { DayDetails } from './day-details.tsx'
import { isMissing, statesInWords, sumOf, type Day, type Days } from './days.ts'
import { FetchRange } from './fetch-range.tsx'
import { FiguresList } from './figures-list.tsx'
import { isStored } from './metric.ts'
import { lengthOf, type Range } from './range.ts'
import type { Choice } from './use-ads.ts'

interface PickedDaysProps {
  days: Days
  choice: Choice
  picked: Range
  /** The same, once it has not changed for a moment. */
  settled: Range | undefined
  /** Of the days, those that are picked. */
  inside: readonly Day[]
  busy: boolean
  onFetch: (range: Range, refresh: boolean) => void
  onClose: () => void
}

export default function PickedDays(props: PickedDaysProps) {
  const { days, choice, picked, settled, inside, busy, onFetch } = props
  const [report] = days.reports
  const one = lengthOf(picked) === 1 ? inside[0] : undefined
  const current = inside.filter(({ old_columns: isOld }) => !isOld)
  const sum = current.some(({ unread }) => unread)
    ? undefined
    : sumOf(
        current,
        report?.metrics.map(({ name }) => name),
      )
  const figures = <FiguresList figures={sum} currency={days.currency} report={report} />
  return (
    <>
      {one ? (
        <DayDetails day={one} choice={choice} />
      ) : (
        <p className="quiet-text">
          {plural(lengthOf(picked), 'day')}: {statesInWords(inside)}.
        </p>
      )}
      <OldColumnsNote days={inside.length - current.length} />
      <FetchRange
        choice={choice}
        range={picked}
        settled={settled ?? picked}
        missing={inside.filter(isMissing).length}
        busy={busy}
        onFetch={onFetch}
      />
      {inside.some(isStored) ? (
        <div className="panel-columns">
          {figures}
          <Breakdown
            key={`${choice.report}/${choice.customerId}`}
            choice={choice}
            report={report}
            range={settled}
          />
        </div>
      ) : (
        !one && figures
      )}
    </>
  )
}

/** Nothing is wrong with these days: they are as the report was. */
function OldColumnsNote({ days }: { days: number }) {
  if (days === 0) return null
  return (
    <p className="quiet-text" role="note">
      {plural(days, 'day')} of these have the columns of an earlier query, and are in no figure here. Fetch
      them again to have those of today.
    </p>
  )
}
