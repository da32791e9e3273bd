/** The days that are picked, with what they are made of; with none picked, what two years have. */
import { useEffect, useRef } from 'react'
import { longDate, plural } from '#client/ui/format.ts'
import { lazyPart } from '#client/ui/lazy.tsx'
import { CoverageNote } from './coverage-note.tsx'
import { statesInWords, type Days } from './days.ts'
import { rangeLabel } from './period.ts'
import { RangeInputs } from './range-inputs.tsx'
import { isWithin, lengthOf, type Range } from './range.ts'
import type { Choice } from './use-ads.ts'

export const pickedDays = lazyPart(() => import('./picked-days.tsx'))

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
  const panel = useRef<HTMLElement>(null)
  const oneDate = picked && lengthOf(picked) === 1 ? picked.from : undefined
  useEffect(() => {
    if (oneDate !== undefined && panel.current) bringIntoSight(panel.current)
  }, [oneDate])
  return (
    <section ref={panel} className="card picked-panel" aria-label={picked ? 'Selected days' : 'Two years'}>
      <header>
        <h2>{oneDate === undefined ? rangeLabel(shown) : longDate(oneDate)}</h2>
        <RangeInputs within={within} picked={picked} onPick={onPick} />
        {picked && (
          <button type="button" className="button quiet" onClick={() => onPick(undefined)}>
            Back to two years
          </button>
        )}
      </header>
      <CoverageNote coverage={days.coverage[0]} />
      {picked ? (
        <pickedDays.Part
          {...{ days, choice, picked, settled, inside, busy, onFetch }}
          onClose={() => onPick(undefined)}
        />
      ) : (
        <p className="quiet-text">
          {plural(lengthOf(shown), 'day')}: {statesInWords(inside)}. Select a day to see what it is made of,
          or drag over several.
        </p>
      )}
    </section>
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
