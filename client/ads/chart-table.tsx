import type { Comparison } from './comparison.ts'
import { metricLabel, formatMetric, type Metric } from './metric.ts'
import { stepLabel } from './range-steps.ts'

interface ChartTableProps {
  comparison: Comparison
  metric: Metric
  currency: string
}

/** What the line shows, for whom cannot see it, or wants the figures. */
export function ChartTable({ comparison, metric, currency }: ChartTableProps) {
  const { steps, interval, before: isCompared } = comparison
  const label = metricLabel(metric)
  const tell = (figures: (typeof steps)[number]['now']) =>
    figures ? formatMetric(figures, metric, currency) : 'not stored'
  return (
    <details className="chart-table">
      <summary>View as table</summary>
      <table className="plain-table">
        <thead>
          <tr>
            <th scope="col">Date</th>
            <th scope="col">{label}</th>
            {isCompared && (
              <>
                <th scope="col">Compared with</th>
                <th scope="col">{label} then</th>
              </>
            )}
          </tr>
        </thead>
        <tbody>
          {steps.map(({ date, now, dateBefore, before }) => (
            <tr key={date}>
              <th scope="row">{stepLabel(date, interval)}</th>
              <td>{tell(now)}</td>
              {isCompared && (
                <>
                  <td className="quiet-text">
                    {dateBefore === undefined ? '' : stepLabel(dateBefore, interval)}
                  </td>
                  <td>{dateBefore === undefined ? '' : tell(before)}</td>
                </>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  )
}
