/** A tiny line of the cost, beside the figures that say it in words. */
const WIDTH = 72
const HEIGHT = 24
const MARGIN = 2

export function TrendLine({ values }: { values: readonly number[] }) {
  const highest = Math.max(...values, 1)
  const step = (WIDTH - 2 * MARGIN) / Math.max(1, values.length - 1)
  const points = values.map((value, index) => {
    const y = HEIGHT - MARGIN - (value / highest) * (HEIGHT - 2 * MARGIN)
    return `${(MARGIN + index * step).toFixed(1)},${y.toFixed(1)}`
  })
  return (
    <svg
      className="trend-line"
      width={WIDTH}
      height={HEIGHT}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <polyline points={points.join(' ')} />
    </svg>
  )
}
