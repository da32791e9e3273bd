/** The three daily metrics that can be shaded and drawn. Costs are micros: floats only place them, they never add up. */
import { count, fraction, microsAsDecimal, microsAsMoney } from '#client/ui/format.ts'
import type { Day, Figures } from './days.ts'

export const METRICS = [
  { value: 'cost', label: 'Cost' },
  { value: 'clicks', label: 'Clicks' },
  { value: 'conversions', label: 'Conversions' },
] as const
export type Metric = (typeof METRICS)[number]['value']

export function metricLabel(metric: Metric): string {
  return METRICS.find(({ value }) => value === metric)?.label ?? metric
}

/** Where the figure lies among others; a cost in micros. */
export function amountOf(figures: Figures, metric: Metric): number {
  return metric === 'cost' ? Number(figures.cost_micros) : figures[metric]
}

export function formatMetric(figures: Figures, metric: Metric, currency: string): string {
  return metric === 'cost'
    ? microsAsMoney(figures.cost_micros, currency)
    : formatAmount(figures[metric], metric, currency)
}

/** @param amount a cost in whole micros */
export function formatAmount(amount: number, metric: Metric, currency: string): string {
  if (metric === 'cost') return microsAsMoney(String(Math.round(amount)), currency)
  return metric === 'clicks' ? count(amount) : fraction(amount)
}

/** Short enough for a legend or an axis: `$1.2K`. */
export function formatCompact(amount: number, metric: Metric, currency: string): string {
  const format = new Intl.NumberFormat(undefined, {
    notation: 'compact',
    maximumSignificantDigits: 3,
    ...(metric === 'cost' && currency !== '' && { style: 'currency', currency }),
  })
  return metric === 'cost'
    ? format.format(microsAsDecimal(String(Math.round(amount))) as Intl.StringNumericLiteral)
    : format.format(amount)
}

export function hasFigures({ state }: Pick<Day, 'state'>): boolean {
  return state === 'complete' || state === 'provisional' || state === 'partial'
}

/** Figures are there, be they nothing at all. */
export function isStored({ state }: Pick<Day, 'state'>): boolean {
  return state === 'empty' || hasFigures({ state })
}

const STEPS = 5

/**
 * Where one shade ends and the next begins: as many days in each, because a few days of a sale would leave all others
 * equally pale. Rounded to two digits, so that the legend can be read.
 */
export function stepEnds(days: readonly Day[], metric: Metric): number[] {
  const amounts = days
    .map((day) => amountOf(day, metric))
    .filter((amount) => amount > 0)
    .toSorted((a, b) => a - b)
  const ends = Array.from({ length: STEPS - 1 }, (_, index) => {
    const amount = amounts[Math.floor(((index + 1) * amounts.length) / STEPS)]
    return amount === undefined ? 0 : Number(amount.toPrecision(2))
  })
  const highest = amounts.at(-1) ?? 0
  return [...new Set(ends)].filter((end) => end > 0 && end < highest)
}

/** 0 for nothing; else the number of the step, from 1; the darkest is always the last one. */
export function shadeOf(amount: number, ends: readonly number[]): number {
  if (amount <= 0) return 0
  const above = ends.filter((end) => amount <= end).length
  return STEPS - above
}

export interface ShadeStep {
  shade: number
  /** Above this, and up to that; the last one is open. */
  above: number
  upTo: number | undefined
}

export function shadeSteps(ends: readonly number[]): ShadeStep[] {
  return [...ends, undefined].map((upTo, index) => ({
    shade: STEPS - ends.length + index,
    above: ends[index - 1] ?? 0,
    upTo,
  }))
}
