/**
 * The daily metrics that can be shaded and drawn: three of the built-in reports, and all of another. Costs are micros:
 * floats only place them, they never add up.
 */
import { count, fraction, microsAsDecimal, microsAsMoney } from '#client/ui/format.ts'
import { asWords, figureOf, isBuiltIn, type Day, type Figures, type ReportInfo } from './days.ts'

export const METRICS = [
  { value: 'cost', label: 'Cost' },
  { value: 'clicks', label: 'Clicks' },
  { value: 'conversions', label: 'Conversions' },
] as const satisfies readonly MetricChoice[]

/** `cost`, or a column's name. */
export type Metric = string

export interface MetricChoice {
  value: Metric
  label: string
}

export function choicesFor(report: ReportInfo | undefined): readonly MetricChoice[] {
  if (!report || isBuiltIn(report.name)) return METRICS
  return report.metrics.map(({ name, label }) => ({ value: name === COST ? 'cost' : name, label }))
}

export function metricLabel(metric: Metric): string {
  return METRICS.find(({ value }) => value === metric)?.label ?? asWords(metric.replace(/_micros$/, ''))
}

const COST = 'cost_micros'

function columnOf(metric: Metric): string {
  return metric === 'cost' ? COST : metric
}

/** What an axis goes up to where all is nothing: one, of what the metric counts. */
export function oneOf(metric: Metric): number {
  return isMoney(metric) ? 1e6 : 1
}

function isMoney(metric: Metric): boolean {
  return columnOf(metric).endsWith('_micros')
}

/** Where the figure lies among others; a cost in micros. */
export function amountOf(figures: Figures, metric: Metric): number {
  return Number(figureOf(figures, columnOf(metric)) ?? 0)
}

export function formatMetric(figures: Figures, metric: Metric, currency: string): string {
  return isMoney(metric)
    ? microsAsMoney(String(figureOf(figures, columnOf(metric)) ?? 0), currency)
    : formatAmount(amountOf(figures, metric), metric, currency)
}

/** @param amount a cost in whole micros */
export function formatAmount(amount: number, metric: Metric, currency: string): string {
  if (isMoney(metric)) return microsAsMoney(String(Math.round(amount)), currency)
  const isCount = metric !== 'conversions' && Number.isInteger(amount)
  return isCount ? count(amount) : fraction(amount)
}

/** Short enough for a legend or an axis: `$1.2K`. */
export function formatCompact(amount: number, metric: Metric, currency: string): string {
  const format = new Intl.NumberFormat(undefined, {
    notation: 'compact',
    maximumSignificantDigits: 3,
    ...(isMoney(metric) && currency !== '' && { style: 'currency', currency }),
  })
  return isMoney(metric)
    ? format.format(microsAsDecimal(String(Math.round(amount))) as Intl.StringNumericLiteral)
    : format.format(amount)
}

type Told = Pick<Day, 'state' | 'old_columns' | 'unread'>

/** They are there, and known here. */
export function hasFigures(day: Told): boolean {
  return day.unread !== true && day.state !== 'empty' && isStored(day)
}

/** Figures are there, be they nothing at all. Those of an earlier query are not what the report has now. */
export function isStored({ state, old_columns: isOld }: Told): boolean {
  if (state === 'empty') return true
  return !isOld && (state === 'complete' || state === 'provisional' || state === 'partial')
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
