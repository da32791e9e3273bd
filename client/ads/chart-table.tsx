import { mediumDate } from '#client/ui/format.ts'
import type { ComparedDay } from './comparison.ts'
import { metricLabel, formatMetric, type Metric } from './metric.ts'

interface ChartTableProps {
  days: readonly ComparedDay[]
  metric: Metric
  currency: string
}

/** What the line shows, for whom cannot see it, or wants the figures. */
export function ChartTable({ days, metric, currency }: ChartTableProps) {
  const label = metricLabel(metric)
  return (
    <details className="chart-table">
      <summary>View as table</summary>
      <table className="plain-table">
        <thead>
          <tr>
            <th scope="col">Day</th>
            <th scope="col">{label}</th>
            <th scope="col">Day before that</th>
            <th scope="col">{label} then</th>
          </tr>
        </thead>
        <tbody>
          {days.map(({ date, day, dateBefore, before }) => (
            <tr key={date}>
              <th scope="row">{mediumDate(date)}</th>
              <td>{day ? formatMetric(day, metric, currency) : 'not stored'}</td>
              <td className="quiet-text">{mediumDate(dateBefore)}</td>
              <td>{before ? formatMetric(before, metric, currency) : 'not stored'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  )
}
