/** The daily metric of a period, with the period before it: as a line, in a sentence, and as a table. */
import { lazy, Suspense, useMemo, useState, type KeyboardEvent } from 'react'
import { mediumDate, plural } from '#client/ui/format.ts'
import { Segmented } from '#client/ui/segmented.tsx'
import { ChartTable } from './chart-table.tsx'
import { compare, type ComparedDay, type Comparison } from './comparison.ts'
import { comparedInWords, dayInWords } from './comparison-labels.ts'
import type { Days } from './days.ts'
import { metricLabel, formatMetric, type Metric, type MetricChoice } from './metric.ts'
import { lastDays, lengthOf, type Range } from './range.ts'
import { PERIODS, type Period, type View } from './use-view.ts'

const DEFAULT_PERIOD: Period = '90'
const PERIOD_CHOICES = PERIODS.map((value) => ({ value, label: plural(Number(value), 'day') }))
const PICKED_CHOICE: { value: Period; label: string } = { value: 'picked', label: 'Selected' }

interface ChartCardProps {
  days: Days | undefined
  choices: readonly MetricChoice[]
  view: View
  picked: Range | undefined
  onView: (change: Partial<View>) => void
}

export function ChartCard({ days, choices, view, picked, onView }: ChartCardProps) {
  const several = picked && lengthOf(picked) > 1 ? picked : undefined
  const asked = view.period ?? (several ? 'picked' : DEFAULT_PERIOD)
  const period = asked === 'picked' && !several ? DEFAULT_PERIOD : asked
  const comparison = useMemo(() => {
    if (!days) return undefined
    const range = period === 'picked' && several ? several : lastDays(Number(period), days)
    return compare(days, range)
  }, [days, period, several])
  return (
    <section className="card chart-card" aria-label="Day by day" aria-busy={!days}>
      <header>
        <h2>{metricLabel(view.metric)} by day</h2>
        <Segmented
          label="Metric of the chart"
          value={view.metric}
          choices={choices}
          onChange={(metric: Metric) => onView({ metric })}
        />
        <Segmented
          label="Days of the chart"
          value={period}
          choices={several ? [...PERIOD_CHOICES, PICKED_CHOICE] : PERIOD_CHOICES}
          onChange={(next: Period) => onView({ period: next })}
        />
      </header>
      {days && comparison ? (
        <Compared comparison={comparison} metric={view.metric} currency={days.currency} />
      ) : (
        <div className="chart-waiting" />
      )}
    </section>
  )
}

interface ComparedProps {
  comparison: Comparison
  metric: Metric
  currency: string
}

function Compared({ comparison, metric, currency }: ComparedProps) {
  const { range, days, sum } = comparison
  return (
    <>
      <p className="chart-sum">
        <strong>{formatMetric(sum, metric, currency)}</strong> {comparedInWords(comparison, metric, currency)}
      </p>
      <PointedChart key={`${range.from} ${range.to}`} {...{ days, metric, currency }} />
      <ul className="chart-key" aria-hidden="true">
        <li data-line="now">
          {mediumDate(range.from)} – {mediumDate(range.to)}
        </li>
        <li data-line="before">the {plural(days.length, 'day')} before</li>
      </ul>
      <ChartTable {...{ days, metric, currency }} />
    </>
  )
}

interface PointedChartProps {
  days: readonly ComparedDay[]
  metric: Metric
  currency: string
}

/** A slider to a screen reader: the keys that move along the line say each day's figures. */
function PointedChart({ days, metric, currency }: PointedChartProps) {
  const [pointed, point] = useState<number>()
  const last = days.length - 1
  const at = pointed ?? last
  const words = days[at] ? dayInWords(days[at], metric, currency) : ''
  const onKeyDown = (event: KeyboardEvent) => {
    const moved = target(event.key, at, last)
    if (moved === undefined) return
    event.preventDefault()
    point(Math.min(last, Math.max(0, moved)))
  }
  return (
    <>
      <div
        className="chart"
        // An input of type range cannot hold a drawing.
        // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
        role="slider"
        tabIndex={0}
        aria-label={`${metricLabel(metric)} by day; the arrow keys go from day to day`}
        aria-valuemin={0}
        aria-valuemax={last}
        aria-valuenow={at}
        aria-valuetext={words}
        onKeyDown={onKeyDown}
        onBlur={() => point(undefined)}
      >
        <Suspense>
          <Chart {...{ days, metric, currency, pointed }} onPoint={point} />
        </Suspense>
      </div>
      <p className="chart-readout quiet-text" aria-hidden="true">
        {pointed === undefined ? 'Point at a day, or go along the line with the arrow keys.' : words}
      </p>
    </>
  )
}

function target(key: string, at: number, last: number): number | undefined {
  switch (key) {
    case 'ArrowLeft':
    case 'ArrowDown':
      return at - 1
    case 'ArrowRight':
    case 'ArrowUp':
      return at + 1
    case 'PageDown':
      return at - 7
    case 'PageUp':
      return at + 7
    case 'Home':
      return 0
    case 'End':
      return last
    default:
      return undefined
  }
}

const Chart = lazy(async () => {
  try {
    return { default: (await import('./daily-chart.tsx')).DailyChart }
  } catch {
    return { default: NoChart }
  }
})

function NoChart() {
  return <p className="quiet-text">The drawing could not be loaded. The table below has the same figures.</p>
}
