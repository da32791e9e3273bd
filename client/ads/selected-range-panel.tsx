/** What the picked days come to: one with all there is to know of it, many summed, or, with none picked, two years. */
import { useEffect, useRef } from 'react'
import { longDate, mediumDate, plural } from '#client/ui/format.ts'
import { Breakdown } from './breakdown.tsx'
import { CoverageNote } from './coverage-note.tsx'
import { DayDetails } from './day-details.tsx'
import { isMissing, statesInWords, sumOf, type Days } from './days.ts'
import { FetchRange } from './fetch-range.tsx'
import { FiguresList } from './figures-list.tsx'
import { isStored } from './metric.ts'
import { RangeInputs } from './range-inputs.tsx'
import { isWithin, lengthOf, type Range } from './range.ts'
import type { Choice } from './use-ads.ts'

interface PickedPanelProps {
  days: Days
  choice: Choice
  picked: Range | undefined
  /** The same, once it has not changed for a moment. */
  settled: Range | undefined
  busy: boolean
  onPick: (range: Range | undefined) => void
  onFetch: (range: Range, refresh: boolean) => void
}

export function PickedPanel({ days, choice, picked, settled, busy, onPick, onFetch }: PickedPanelProps) {
  const within = { from: days.from, to: days.to }
  const shown = picked ?? within
  const inside = days.days.filter(({ date }) => isWithin(date, shown))
  const one = picked && lengthOf(picked) === 1 ? inside[0] : undefined
  const [report] = days.reports
  const current = inside.filter(({ old_columns: isOld }) => !isOld)
  const own = report?.metrics.map(({ name }) => name)
  const figures = <FiguresList figures={sumOf(current, own)} currency={days.currency} report={report} />
  const panel = useRef<HTMLElement>(null)
  const oneDate = one?.date
  useEffect(() => {
    if (oneDate !== undefined && panel.current) bringIntoSight(panel.current)
  }, [oneDate])
  return (
    <section ref={panel} className="card picked-panel" aria-label={picked ? 'Selected days' : 'Two years'}>
      <header>
        <h2>{titleOf(shown)}</h2>
        <RangeInputs within={within} picked={picked} onPick={onPick} />
        {picked && (
          <button type="button" className="button quiet" onClick={() => onPick(undefined)}>
            Back to two years
          </button>
        )}
      </header>
      {one ? (
        <DayDetails day={one} choice={choice} />
      ) : (
        <p className="quiet-text">
          {plural(lengthOf(shown), 'day')}: {statesInWords(inside)}.
          {!picked && ' Select a day to see what it is made of, or drag over several.'}
        </p>
      )}
      <CoverageNote coverage={days.coverage[0]} />
      <OldColumnsNote days={inside.length - current.length} />
      {picked && (
        <FetchRange
          choice={choice}
          range={picked}
          settled={settled ?? picked}
          missing={inside.filter(isMissing).length}
          busy={busy}
          onFetch={onFetch}
        />
      )}
      {picked && inside.some(isStored) ? (
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
    </section>
  )
}

/** Nothing is wrong with these days: they are as the report was. */
function OldColumnsNote({ days }: { days: number }) {
  if (days === 0) return null
  return (
    <p className="quiet-text" role="note">
      {plural(days, 'day')} of these have the columns of an earlier query, and are in no figure here. Pick
      them and fetch them again to have those of today.
    </p>
  )
}

/** Of the panel, at least, before it is worth a movement: its title and its state. */
const SEEN_PX = 96

/** On a phone the calendar fills the screen: a day that opens below it would be out of sight. */
function bringIntoSight(panel: HTMLElement): void {
  const frame = panel.parentElement?.getBoundingClientRect()
  if (frame && panel.getBoundingClientRect().top > frame.bottom - SEEN_PX)
    panel.scrollIntoView({ block: 'start' })
}

function titleOf(range: Range): string {
  return range.from === range.to
    ? longDate(range.from)
    : `${mediumDate(range.from)} – ${mediumDate(range.to)}`
}
