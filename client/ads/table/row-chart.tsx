/** A row of the table, step by step, in a dialog of its own. */
import { useState } from 'react'
import { Link } from 'wouter'
import { Chart } from '#client/ads/chart.tsx'
import { choicesFor, type Metric } from '#client/ads/metric.ts'
import { usualInterval, type Interval } from '#client/ads/range-steps.ts'
import type { ReportInfo } from '#client/ads/days.ts'
import type { Compared } from '#client/ads/use-compared.ts'
import { useComparison } from '#client/ads/use-report.ts'
import { IntervalChoice } from '#client/ads/interval-choice.tsx'
import { Modal } from '#client/ui/modal.tsx'
import { productHref } from '#client/ui/product-href.ts'
import { Segmented } from '#client/ui/segmented.tsx'
import { ErrorState } from '#client/ui/states.tsx'
import type { TableRow } from './rows.ts'

interface RowChartProps {
  row: TableRow
  /** The column that names it. */
  group: string
  compared: Compared
  report: ReportInfo | undefined
  /** What the chart of the place shows. */
  metric: Metric
  onClose: () => void
}

export default function RowChart({ row, group, compared, report, metric: first, onClose }: RowChartProps) {
  const choices = choicesFor(report)
  const [metric, setMetric] = useState(first)
  const [interval, setInterval] = useState<Interval>(usualInterval(compared.range))
  const { choice, range, before, againstWords } = compared
  const only = { column: group, value: row.value }
  const { comparison, error, retry } = useComparison({ choice, range, before, interval, only })
  return (
    <Modal kind="dialog" title={row.name} description={<RowIds row={row} />} onClose={onClose}>
      <div className="row-chart">
        <div className="chart-choices">
          <Segmented label="Metric of the row" value={metric} choices={choices} onChange={setMetric} />
          <IntervalChoice label="Steps of the row" value={interval} onChange={setInterval} />
        </div>
        {error && !comparison ? (
          <ErrorState error={error} retry={retry} />
        ) : comparison ? (
          <Chart {...{ comparison, metric }} against={againstWords} currency={row.currency} />
        ) : (
          <div className="chart-waiting" />
        )}
      </div>
    </Modal>
  )
}

function RowIds({ row: { product, value } }: { row: TableRow }) {
  if (!product) return value
  return (
    <>
      {value} · <Link href={productHref(product.id)}>Go to the product</Link>
    </>
  )
}
