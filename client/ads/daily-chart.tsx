/** Draws with uPlot; loaded when a chart is shown, because the library is larger than the rest of the place. */
import { useEffect, useEffectEvent, useRef } from 'react'
import uPlot from 'uplot'
import { axisDate, axisText, keepDrawn, themeColor } from '#client/ui/plot.ts'
import type { ComparedStep } from './comparison.ts'
import { amountOf, formatCompact, oneOf, type Metric } from './metric.ts'
import type { Interval } from './range-steps.ts'

interface DailyChartProps {
  steps: readonly ComparedStep[]
  interval: Interval
  metric: Metric
  currency: string
  pointed: number | undefined
  onPoint: (index: number | undefined) => void
}

const HEIGHT = 220
/** Steps from one label to the next. */
const LABELLED: Readonly<Record<Interval, number[]>> = {
  day: [1, 7, 14, 28, 56],
  week: [1, 2, 4, 8, 16],
  month: [1, 2, 3, 6, 12],
}
/** Room above the highest day. */
const HEADROOM = 1.06

export function DailyChart({ steps, interval, metric, currency, pointed, onPoint }: DailyChartProps) {
  const frame = useRef<HTMLDivElement>(null)
  const drawn = useRef<uPlot>(undefined)
  const handlePoint = useEffectEvent(onPoint)
  useEffect(() => {
    const { current } = frame
    if (!current) return undefined
    const setCursor = (plot: uPlot) => handlePoint(plot.cursor.idx ?? undefined)
    const end = keepDrawn(current, (width) => {
      const options = optionsFor({ steps, interval, metric, currency, width })
      return (drawn.current = new uPlot(
        { ...options, hooks: { setCursor: [setCursor] } },
        dataOf(steps, metric),
        current,
      ))
    })
    return () => {
      end()
      drawn.current = undefined
    }
  }, [steps, interval, metric, currency])
  useEffect(() => {
    const plot = drawn.current
    // What the pointer did is where the cursor is already.
    if (!plot || plot.cursor.idx === pointed) return
    const left = pointed === undefined ? -1 : plot.valToPos(pointed, 'x')
    plot.setCursor({ left, top: pointed === undefined ? -1 : 0 }, false)
  }, [pointed])
  return <div ref={frame} className="chart-drawing" style={{ height: HEIGHT }} aria-hidden="true" />
}

function dataOf(steps: readonly ComparedStep[], metric: Metric): uPlot.AlignedData {
  const amounts = (pick: (step: ComparedStep) => ComparedStep['now']) =>
    steps.map((each) => {
      const figures = pick(each)
      return figures ? amountOf(figures, metric) : null
    })
  return [steps.map((_, index) => index), amounts(({ before }) => before), amounts(({ now }) => now)]
}

interface Drawing extends Pick<DailyChartProps, 'steps' | 'interval' | 'metric' | 'currency'> {
  width: number
}

function optionsFor({ steps, interval, metric, currency, width }: Drawing): uPlot.Options {
  const { style, widthOf } = axisText()
  const dates = steps.map(({ date }) => date)
  return {
    width,
    height: HEIGHT,
    padding: [12, 24, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 8 } },
    scales: {
      x: { time: false },
      y: { range: (_, __, highest) => [0, (highest || oneOf(metric)) * HEADROOM] },
    },
    axes: [
      {
        ...style,
        grid: { show: false },
        size: 28,
        space: 80,
        incrs: LABELLED[interval],
        values: (_, splits) => splits.map((index) => axisDate(dates[index])),
      },
      {
        ...style,
        grid: { stroke: themeColor('--line'), width: 1 },
        size: (_, labels) => widthOf(labels),
        values: (_, splits) => splits.map((amount) => formatCompact(amount, metric, currency)),
      },
    ],
    series: [
      {},
      { stroke: themeColor('--line-strong'), width: 1.5, dash: [4, 4], points: { show: false } },
      { stroke: themeColor('--accent'), width: 2, points: { show: false } },
    ],
  }
}
