/** A tiny trend beside a figure, which says the same in words. */
const WIDTH = 112
const HEIGHT = 28
const GAP = 2

export function Sparkline({ values, marked }: { values: readonly number[]; marked: number }) {
  const highest = Math.max(...values, 1)
  const step = WIDTH / values.length
  return (
    <svg className="sparkline" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
      {values.map((value, index) => {
        const height = Math.max(1, (value / highest) * HEIGHT)
        return (
          <rect
            key={index}
            data-marked={index >= values.length - marked}
            x={index * step}
            y={HEIGHT - height}
            width={step - GAP}
            height={height}
          />
        )
      })}
    </svg>
  )
}
