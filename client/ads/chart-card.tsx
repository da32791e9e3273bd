/** Which dates are looked at and beside which others, and the report's own figures of them as a line. */
import { ErrorState } from '#client/ui/states.tsx'
import { Segmented } from '#client/ui/segmented.tsx'
import { Chart } from './chart.tsx'
import { IntervalChoice } from './interval-choice.tsx'
import { metricLabel, type Metric, type MetricChoice } from './metric.ts'
import { PeriodBar } from './period-bar.tsx'
import { usualInterval } from './range-steps.ts'
import type { Range } from './range.ts'
import type { Compared } from './use-compared.ts'
import { useComparison } from './use-report.ts'
import type { View } from './use-view.ts'

interface ChartCardProps {
  /** Undefined until it is known what there is. */
  compared: Compared | undefined
  choices: readonly MetricChoice[]
  view: View
  picked: Range | undefined
  onPick: (range: Range) => void
  onView: (change: Partial<View>) => void
}

export function ChartCard({ compared, choices, view, picked, onPick, onView }: ChartCardProps) {
  const { choice, range, before, againstWords = '' } = compared ?? {}
  const interval = view.interval ?? (range ? usualInterval(range) : 'day')
  const { comparison, currency, isStale, error, retry } = useComparison({ choice, range, before, interval })
  const { metric } = view
  return (
    <section className="card chart-card" aria-label="Chart" aria-busy={!comparison || isStale}>
      <header>
        <h2>
          {metricLabel(metric)} by {interval}
        </h2>
        <PeriodBar {...{ compared, picked, onPick, onView }} against={view.against} />
      </header>
      <div className="chart-choices">
        <Segmented
          label="Metric of the chart"
          value={metric}
          choices={choices}
          onChange={(next: Metric) => onView({ metric: next })}
        />
        <IntervalChoice
          label="Steps of the chart"
          value={interval}
          onChange={(next) => onView({ interval: next })}
        />
      </div>
      {error && !comparison ? (
        <ErrorState error={error} retry={retry} />
      ) : comparison ? (
        <Chart {...{ comparison, metric, currency }} against={againstWords} />
      ) : (
        <div className="chart-waiting" />
      )}
    </section>
  )
}
