/** What the squares mean, and how many days there are of each; picking one lets the others stand back. */
import type { ReactNode } from 'react'
import { count } from '#client/ui/format.ts'
import { DayGlyph } from './day-glyph.tsx'
import { STATES, type Day } from './days.ts'
import { metricLabel, shadeSteps, formatCompact, type Metric } from './metric.ts'
import type { Mark, Shading } from './shading.ts'

interface LegendProps {
  days: readonly Day[]
  currency: string
  shading: Shading
  only: string | undefined
  onOnly: (key: string | undefined) => void
}

export function Legend({ days, currency, shading, only, onOnly }: LegendProps) {
  const { show, ends, markOf } = shading
  const counts = new Map<string, number>()
  for (const day of days) {
    const { key } = markOf(day)
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  const entries = show === 'state' ? stateEntries(counts) : metricEntries(show, { ends, currency, counts })
  return (
    <ul className="legend" aria-label={show === 'state' ? 'States of days' : `${metricLabel(show)} a day`}>
      {entries.map(({ mark, label, means }) => (
        <li key={mark.key}>
          <button
            type="button"
            title={means}
            aria-pressed={only === mark.key}
            onClick={() => onOnly(only === mark.key ? undefined : mark.key)}
          >
            <svg width="14" height="14" aria-hidden="true">
              <DayGlyph mark={mark} size={14} />
            </svg>
            {label} <span className="legend-count">{count(counts.get(mark.key) ?? 0)}</span>
          </button>
        </li>
      ))}
    </ul>
  )
}

interface Entry {
  mark: Mark
  label: ReactNode
  means: string
}

/** What most accounts never have is named only where it is. */
function stateEntries(counts: ReadonlyMap<string, number>): Entry[] {
  return STATES.filter(({ state, isRare }) => !isRare || counts.has(state)).map(
    ({ state, label, means }) => ({
      mark: { key: state, state, shade: undefined },
      label,
      means,
    }),
  )
}

interface Steps {
  ends: readonly number[]
  currency: string
  counts: ReadonlyMap<string, number>
}

/** The steps, and those states without figures that there are. */
function metricEntries(metric: Metric, { ends, currency, counts }: Steps): Entry[] {
  const formatMetric = (amount: number) => formatCompact(amount, metric, currency)
  const steps = shadeSteps(ends).map(({ shade, above, upTo }) => ({
    mark: { key: `shade-${shade}`, state: 'complete' as const, shade },
    label: upTo === undefined ? `more than ${formatMetric(above)}` : `up to ${formatMetric(upTo)}`,
    means: `Days with ${metricLabel(metric).toLowerCase()} ${upTo === undefined ? '' : `of at most ${formatMetric(upTo)}, and `}above ${formatMetric(above)}`,
  }))
  const nothing: Entry = {
    mark: { key: 'shade-0', state: 'complete', shade: 0 },
    label: 'none',
    means: `Days without ${metricLabel(metric).toLowerCase()}`,
  }
  return [nothing, ...steps, ...stateEntries(counts)].filter(
    ({ mark }) => (mark.shade !== undefined && mark.shade > 0) || (counts.get(mark.key) ?? 0) > 0,
  )
}
