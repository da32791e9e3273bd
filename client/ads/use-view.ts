/** What of the ads is shown; it lives in the address, so that it can be linked to and comes back with a reload. */
import { useEffect, useState } from 'react'
import { useSearchParams } from 'wouter'
import { METRICS, type Metric, type MetricChoice } from './metric.ts'
import { DEFAULT_AGAINST, isAgainst, isPeriod, type Against, type Period } from './period.ts'
import { INTERVALS, type Interval } from './range-steps.ts'
import { readRange, type Range } from './range.ts'

/** `state`, or a metric. */
export type Show = Metric

export interface View {
  /** What the calendar's squares tell; undefined goes by whether a date is missing. */
  show: Show | undefined
  /** What the chart draws. */
  metric: Metric
  /** The days of the chart and the table; undefined takes what is picked, or else 30. */
  period: Period | undefined
  against: Against
  /** Of the chart; undefined goes by the length of the period. */
  interval: Interval | undefined
}

const DEFAULT_METRIC: Metric = 'cost'

/** @param choices the metrics of the report: what is none of them is not shown */
export function readView(params: URLSearchParams, choices: readonly MetricChoice[] = METRICS): View {
  const named = (name: string) => choices.find(({ value }) => value === params.get(name))?.value
  const show = params.get('show') === 'state' ? 'state' : named('show')
  const otherwise = choices.some(({ value }) => value === DEFAULT_METRIC) ? DEFAULT_METRIC : choices[0]?.value
  const metric = named('metric') ?? metricOf(show) ?? otherwise ?? DEFAULT_METRIC
  const period = params.get('period') ?? ''
  const against = params.get('against') ?? ''
  return {
    show,
    metric,
    period: isPeriod(period) ? period : undefined,
    against: isAgainst(against) ? against : DEFAULT_AGAINST,
    interval: INTERVALS.find((each) => each === params.get('by')),
  }
}

const metricOf = (show: Show | undefined) => (show === 'state' ? undefined : show)

/** Only what differs from the plain view is written; what others keep in the address stays. */
export function writeView(params: URLSearchParams, view: View): URLSearchParams {
  const { show, metric, period, against, interval } = view
  const written = new URLSearchParams(params)
  set(written, 'show', show)
  set(written, 'metric', metric === (metricOf(show) ?? DEFAULT_METRIC) ? undefined : metric)
  set(written, 'period', period)
  set(written, 'against', against === DEFAULT_AGAINST ? undefined : against)
  set(written, 'by', interval)
  return written
}

export function set(params: URLSearchParams, name: string, value: string | undefined): void {
  if (value === undefined) params.delete(name)
  else params.set(name, value)
}

export function useView(choices: readonly MetricChoice[]): [View, (change: Partial<View>) => void] {
  const [params, setParams] = useSearchParams()
  return [
    readView(params, choices),
    (change) =>
      setParams((before) => writeView(before, { ...readView(before, choices), ...change }), {
        replace: true,
      }),
  ]
}

/** Addresses may not be replaced as fast as keys repeat, and a query for each step would be for nothing. */
const SETTLES_AFTER_MS = 200

/** The days that are picked, and, once that has not changed for a moment, what to ask the server about. */
export function useSelectedRange() {
  const [params, setParams] = useSearchParams()
  const [picked, pick] = useState(() => readRange(params.get('from'), params.get('to')))
  const [settled, settle] = useState(picked)
  useEffect(() => {
    if (isSame(picked, settled)) return undefined
    const timer = setTimeout(() => {
      settle(picked)
      setParams(
        (before) => {
          set(before, 'from', picked?.from)
          set(before, 'to', picked?.to)
          return before
        },
        { replace: true },
      )
    }, SETTLES_AFTER_MS)
    return () => clearTimeout(timer)
  }, [picked, settled, setParams])
  return { picked, settled, pick }
}

function isSame(one: Range | undefined, other: Range | undefined): boolean {
  return one?.from === other?.from && one?.to === other?.to
}
