/**
 * The metrics of every report. This list is the only one: a report's columns, the sums of a date, the index, the wire,
 * the command line and the page are derived from it, in this order.
 *
 * A store that was written with a shorter list has date files with other columns: they count as damaged and are fetched
 * again.
 */
import { formatDecimal, parseDecimal, toNumber } from './decimal.ts'

export const METRICS = [
  { name: 'impressions', unit: 'count' },
  { name: 'clicks', unit: 'count' },
  { name: 'cost_micros', unit: 'micros' },
  { name: 'conversions', unit: 'decimal' },
  { name: 'conversions_value', unit: 'decimal' },
] as const satisfies readonly Metric[]

export interface Metric {
  /** A column's name and, behind `metrics.`, GAQL's field. */
  name: string
  /** `micros`: a 64-bit integer, millionths of the account's currency. `decimal`: scaled as in decimal.ts. */
  unit: 'count' | 'micros' | 'decimal'
}

type Metrics = (typeof METRICS)[number]
export type MetricName = Metrics['name']

/** Exact: what a number cannot hold is never added as one. */
export type Sums = Record<MetricName, bigint>

/** On the wire a 64-bit integer is a string of digits. */
export type MetricsOnWire = { [M in Metrics as M['name']]: M['unit'] extends 'micros' ? string : number }

export function noSums(): Sums {
  return record(() => 0n)
}

export function addSums(sums: Sums, more: Sums): void {
  for (const { name } of METRICS) sums[name] += more[name]
}

/** Adds the last cells of a row, in place: this runs for every row that passes through. */
export function addRow(sums: Sums, row: readonly string[]): void {
  let at = row.length - METRICS.length
  for (const { name, unit } of METRICS) {
    const cell = row[at++]
    // Most metrics of most rows are 0, and making a bigint of a text takes its time.
    if (cell === undefined || cell === '0') continue
    sums[name] += unit === 'decimal' ? (parseDecimal(cell) ?? 0n) : BigInt(cell)
  }
}

/** One cell for each metric. */
export function cellsOf(sums: Sums): string[] {
  return METRICS.map((metric) => formatCell(metric, sums[metric.name]))
}

/** @param cells one for each metric. @returns undefined when one of them is no number of its metric's kind */
export function sumsOfCells(cells: readonly (string | undefined)[]): Sums | undefined {
  const values = METRICS.map((metric, index) => parseCell(metric, cells[index] ?? ''))
  return values.includes(undefined) ? undefined : record((index) => values[index] ?? 0n)
}

export function formatCell({ unit }: Metric, value: bigint): string {
  return unit === 'decimal' ? formatDecimal(value) : `${value}`
}

export function parseCell({ unit }: Metric, cell: string): bigint | undefined {
  if (unit === 'decimal') return parseDecimal(cell)
  return /^-?\d+$/.test(cell) ? BigInt(cell) : undefined
}

export function toWire(sums: Sums): MetricsOnWire {
  return record((index): string | number => {
    const { name, unit } = metricAt(index)
    if (unit === 'micros') return `${sums[name]}`
    return unit === 'decimal' ? toNumber(sums[name]) : Number(sums[name])
  }) as MetricsOnWire
}

/** Of sums, and never stored: rates cannot be added up. Null where there is nothing to divide by. */
export interface DerivedOnWire {
  /** Clicks of impressions. */
  ctr: number | null
  /** Cost of a click. */
  average_cpc_micros: string | null
  /** Value of conversions for one unit of cost. */
  roas: number | null
}

const MICROS = 1_000_000

export function derive({
  impressions,
  clicks,
  cost_micros: cost,
  conversions_value: value,
}: Sums): DerivedOnWire {
  return {
    ctr: impressions > 0n ? rounded(Number(clicks) / Number(impressions)) : null,
    average_cpc_micros: clicks > 0n ? `${(cost + clicks / 2n) / clicks}` : null,
    roas: cost > 0n ? rounded((toNumber(value) * MICROS) / Number(cost)) : null,
  }
}

function rounded(rate: number): number {
  return Number(rate.toFixed(6))
}

function metricAt(index: number): Metrics {
  return METRICS[index] ?? METRICS[0]
}

function record<T>(valueAt: (index: number) => T): Record<MetricName, T> {
  return Object.fromEntries(METRICS.map(({ name }, index) => [name, valueAt(index)])) as Record<MetricName, T>
}
