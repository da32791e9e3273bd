/** Draws with uPlot: the stock over the cost of the ads, and the price below on the same dates. */
import { useEffect, useEffectEvent, useRef } from 'react'
import uPlot from 'uplot'
import { microsAsDecimal } from '#client/ui/format.ts'
import { axisDate, axisText, keepDrawn, themeColor } from '#client/ui/plot.ts'
import type { History } from './history.ts'

interface HistoryChartProps {
  history: History
  pointed: number | undefined
  onPoint: (index: number | undefined) => void
}

type Part = 'stock' | 'price'

const HEIGHTS: Readonly<Record<Part, number>> = { stock: 220, price: 92 }
/** Room above the highest value. */
const HEADROOM = 1.08
/** Of both axes, so that the dates of both drawings stand one above the other. */
const AXIS_PX = 64
const WEEK = 7
const HATCH_PX = 6

export function HistoryChart({ history, pointed, onPoint }: HistoryChartProps) {
  return (
    <div aria-hidden="true">
      {(['stock', 'price'] as const).map((part) => (
        <Drawing key={part} {...{ part, history, pointed, onPoint }} />
      ))}
    </div>
  )
}

function Drawing({ part, history, pointed, onPoint }: HistoryChartProps & { part: Part }) {
  const frame = useRef<HTMLDivElement>(null)
  const drawn = useRef<uPlot>(undefined)
  const handlePoint = useEffectEvent(onPoint)
  useEffect(() => {
    const { current } = frame
    if (!current) return undefined
    return keepDrawn(current, (width) => {
      const own = part === 'stock' ? stockDrawing(history) : priceDrawing(history)
      const shade = (plot: uPlot) => part === 'stock' && shadeOuts(plot, history)
      const options = { ...optionsFor(part, history), ...own.options, width }
      const hooks = {
        setCursor: [(plot: uPlot) => handlePoint(plot.cursor.idx ?? undefined)],
        drawClear: [shade],
      }
      drawn.current = new uPlot({ ...options, hooks }, own.data, current)
      return drawn.current
    })
  }, [part, history])
  useEffect(() => {
    const plot = drawn.current
    // What the pointer did is where the cursor is already.
    if (!plot || plot.cursor.idx === pointed) return
    const left = pointed === undefined ? -1 : plot.valToPos(pointed, 'x')
    plot.setCursor({ left, top: pointed === undefined ? -1 : 0 }, false)
  }, [pointed])
  return <div ref={frame} className="chart-drawing" data-part={part} style={{ height: HEIGHTS[part] }} />
}

function optionsFor(part: Part, { points }: History) {
  const text = axisText()
  return {
    height: HEIGHTS[part],
    padding: [10, 0, 8, 0] as [number, number, number, number],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false } },
    axes: [
      {
        ...text.style,
        show: part === 'price',
        grid: { show: false },
        size: 28,
        space: 80,
        incrs: [1, WEEK, 2 * WEEK, 4 * WEEK, 8 * WEEK, 16 * WEEK],
        values: (_: uPlot, splits: number[]) => splits.map((index) => axisDate(points[index]?.date)),
      },
      { ...text.style, grid: { stroke: themeColor('--line'), width: 1 }, size: AXIS_PX, space: 32 },
    ],
  }
}

/** Each date reaches from its own place to that of the next one. */
const stepped = uPlot.paths.stepped?.({ align: 1 })
const bars = uPlot.paths.bars?.({ size: [0.7, 28], align: 1 })

const fromZero = (_: uPlot, __: number, highest: number): [number, number] => [0, (highest || 1) * HEADROOM]

/** Steps of a price are small beside the price. */
const aroundThem = (_: uPlot, lowest: number | null, highest: number | null): [number, number] => {
  const room = Math.max(((highest ?? 1) - (lowest ?? 0)) / 4, (highest ?? 1) / 50, 0.01)
  return [Math.max(0, (lowest ?? 0) - room), (highest ?? 1) + room]
}

function stockDrawing({ points, currency }: History) {
  const money = compact(currency)
  const text = axisText()
  const data: uPlot.AlignedData = [
    points.map((_, index) => index),
    points.map(({ costMicros }) => (costMicros === null ? null : Number(microsAsDecimal(costMicros)))),
    points.map(({ stock }) => stock),
  ]
  const [dates, stockAxis] = optionsFor('stock', { points } as History).axes
  const options = {
    scales: { x: scaleOf(points), stock: { range: fromZero }, cost: { range: fromZero } },
    axes: [
      dates ?? {},
      {
        ...stockAxis,
        scale: 'stock',
        incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 1e5, 1e6, 1e7, 1e8],
      },
      {
        ...text.style,
        scale: 'cost',
        side: 1 as const,
        size: AXIS_PX,
        grid: { show: false },
        values: (_: uPlot, splits: number[]) => splits.map((amount) => money.format(amount)),
      },
    ],
    series: [
      {},
      {
        scale: 'cost',
        fill: themeColor('--line-strong'),
        stroke: themeColor('--line-strong'),
        width: 0,
        points: { show: false },
        ...(bars && { paths: bars }),
      },
      {
        scale: 'stock',
        stroke: themeColor('--accent'),
        width: 2,
        points: { show: false },
        ...(stepped && { paths: stepped }),
      },
    ],
  }
  return { data, options }
}

function priceDrawing({ points, priceCurrency }: History) {
  const money = compact(priceCurrency)
  const data: uPlot.AlignedData = [
    points.map((_, index) => index),
    points.map(({ price }) => (price === null ? null : Number(price))),
  ]
  const [dates, priceAxis] = optionsFor('price', { points } as History).axes
  const options = {
    scales: { x: scaleOf(points), price: { range: aroundThem } },
    padding: [10, AXIS_PX, 8, 0] as [number, number, number, number],
    axes: [
      dates ?? {},
      {
        ...priceAxis,
        scale: 'price',
        values: (_: uPlot, splits: number[]) => splits.map((amount) => money.format(amount)),
      },
    ],
    series: [
      {},
      {
        scale: 'price',
        stroke: themeColor('--text'),
        width: 1.5,
        points: { show: false },
        ...(stepped && { paths: stepped }),
      },
    ],
  }
  return { data, options }
}

/** To the end of the last date. */
function scaleOf(points: History['points']) {
  return { time: false, range: (): [number, number] => [0, points.length] }
}

function compact(currency: string): Intl.NumberFormat {
  return new Intl.NumberFormat(undefined, {
    notation: 'compact',
    maximumSignificantDigits: 3,
    ...(currency !== '' && { style: 'currency', currency }),
  })
}

/** Hatched as well as coloured: colour alone does not tell it. */
function shadeOuts(plot: uPlot, { outs }: History): void {
  const { ctx, bbox } = plot
  const step = HATCH_PX * devicePixelRatio
  for (const { from, until } of outs) {
    const left = plot.valToPos(from, 'x', true)
    const width = Math.max(1, plot.valToPos(until, 'x', true) - left)
    ctx.save()
    ctx.beginPath()
    ctx.rect(left, bbox.top, width, bbox.height)
    ctx.clip()
    ctx.fillStyle = themeColor('--warn-soft')
    ctx.fillRect(left, bbox.top, width, bbox.height)
    ctx.strokeStyle = themeColor('--warn')
    ctx.globalAlpha = 0.35
    ctx.beginPath()
    for (let x = left - bbox.height; x < left + width; x += step) {
      ctx.moveTo(x, bbox.top + bbox.height)
      ctx.lineTo(x + bbox.height, bbox.top)
    }
    ctx.stroke()
    ctx.restore()
  }
}
