import { count } from '#client/ui/format.ts'
import { DayGlyph } from './day-glyph.tsx'
import { STATES, type DayState } from './days.ts'

interface LegendProps {
  counts: ReadonlyMap<DayState, number>
  only: DayState | undefined
  onOnly: (state: DayState | undefined) => void
}

/** What the shapes mean, and how many days there are of each; picking one lets the others stand back. */
export function Legend({ counts, only, onOnly }: LegendProps) {
  return (
    <ul className="legend" aria-label="States of days">
      {STATES.map(({ state, label, means }) => (
        <li key={state}>
          <button
            type="button"
            title={means}
            aria-pressed={only === state}
            onClick={() => onOnly(only === state ? undefined : state)}
          >
            <svg width="14" height="14" aria-hidden="true">
              <DayGlyph state={state} size={14} />
            </svg>
            {label} <span className="legend-count">{count(counts.get(state) ?? 0)}</span>
          </button>
        </li>
      ))}
    </ul>
  )
}
