/** The metric of a range step by step beside another range: as a sum in a sentence, as a line, and as a table. */
import { lazy, Suspense, useState, type KeyboardEvent } from 'react'
import { ChartTable } from './chart-table.tsx'
import type { Comparison } from './comparison.ts'
import { comparedInWords, stepPairInWords } from './comparison-labels.ts'
import { metricLabel, formatMetric, type Metric } from './metric.ts'
import { rangeLabel } from './period.ts'
import { lengthOf } from './range.ts'

interface ChartProps {
  comparison: Comparison
  /** What it is compared with, in words. */
  against: string
  metric: Metric
  currency: string
}

export function Chart({ comparison, against, metric, currency }: ChartProps) {
  const { range, before, interval, sum, missing } = comparison
  const isUnknown = missing >= lengthOf(range)
  const key = `${range.from} ${range.to} ${before?.from} ${interval}`
  return (
    <>
      <p className="chart-sum">
        <strong>{isUnknown ? 'Cannot tell yet' : formatMetric(sum, metric, currency)}</strong>{' '}
        {comparedInWords(comparison, against, { metric, currency })}
      </p>
      <PointedChart key={key} {...{ comparison, metric, currency }} />
      <ul className="chart-key" aria-hidden="true">
        <li data-line="now">{rangeLabel(range)}</li>
        {before && <li data-line="before">{rangeLabel(before)}</li>}
      </ul>
      <ChartTable {...{ comparison, metric, currency }} />
    </>
  )
}

/** A slider to a screen reader: the keys that move along the line say each step's figures. */
function PointedChart({ comparison, metric, currency }: Omit<ChartProps, 'against'>) {
  const { steps, interval } = comparison
  const [pointed, point] = useState<number>()
  const last = steps.length - 1
  const at = pointed ?? last
  const words = steps[at] ? stepPairInWords(steps[at], { interval, metric, currency }) : ''
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
        aria-label={`${metricLabel(metric)} by ${interval}; the arrow keys go from ${interval} to ${interval}`}
        aria-valuemin={0}
        aria-valuemax={last}
        aria-valuenow={at}
        aria-valuetext={words}
        onKeyDown={onKeyDown}
        onBlur={() => point(undefined)}
      >
        <Suspense>
          <Drawing {...{ steps, interval, metric, currency, pointed }} onPoint={point} />
        </Suspense>
      </div>
      <p className="chart-readout quiet-text" aria-hidden="true">
        {pointed === undefined ? `Point at a ${interval}, or go along the line with the arrow keys.` : words}
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

const Drawing = lazy(async () => {
  try {
    return { default: (await import('./daily-chart.tsx')).DailyChart }
  } catch {
    return { default: NoDrawing }
  }
})

function NoDrawing() {
  return <p className="quiet-text">The drawing could not be loaded. The table below has the same figures.</p>
}
