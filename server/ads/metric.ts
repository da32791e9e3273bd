/**
 * The metrics that every answer and the index have, and sums of these and of what else a report has. A sum tells by its
 * name what it counts, so that it can be written and read without the report.
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

/** Exact: what a number cannot hold is never added as one. What a report does not have of the metrics above is 0. */
export interface Sums extends Record<MetricName, bigint> {
  [ofReport: string]: bigint
}

/** A column of which sums are made, and its place in a row. */
export interface Summed extends Metric {
  at: number
}

/** On the wire a 64-bit integer is a string of digits. */
export type MetricsOnWire = { [M in Metrics as M['name']]: M['unit'] extends 'micros' ? string : number }

const UNITS: ReadonlyMap<string, Metric['unit']> = new Map(METRICS.map(({ name, unit }) => [name, unit]))

/** Of the metrics that are not listed above, counts are decimals too: those hold every integer. */
export function unitOf(name: string): Metric['unit'] {
  return UNITS.get(name) ?? (name.endsWith('_micros') ? 'micros' : 'decimal')
}

export function metricsIn(sums: Sums): Metric[] {
  return Object.keys(sums).map((name) => ({ name, unit: unitOf(name) }))
}

/** @param more what a report has beside the metrics above */
export function noSums(more: readonly Pick<Metric, 'name'>[] = []): Sums {
  return Object.fromEntries([...METRICS, ...more].map(({ name }) => [name, 0n])) as Sums
}

export function addSums(sums: Sums, more: Sums): void {
  for (const [name, value] of Object.entries(more)) sums[name] = (sums[name] ?? 0n) + value
}

/** Adds what adds up of a row, in place: this runs for every row that passes through. */
export function addRow(sums: Sums, row: readonly string[], summed: readonly Summed[]): void {
  for (const { name, unit, at } of summed) {
    const cell = row[at]
    // Most metrics of most rows are 0, and making a bigint of a text takes its time.
    if (cell === undefined || cell === '0') continue
    sums[name] = (sums[name] ?? 0n) + (unit === 'decimal' ? (parseDecimal(cell) ?? 0n) : BigInt(cell))
  }
}

/** One cell for each metric of the list above. */
export function cellsOf(sums: Sums): string[] {
  return METRICS.map((metric) => formatCell(metric, sums[metric.name]))
}

/** @param cells by metric. @returns undefined when one of them is no number of its metric's kind */
export function sumsOfCells(cells: readonly (readonly [name: string, cell: string])[]): Sums | undefined {
  const sums = noSums()
  for (const [name, cell] of cells) {
    const value = parseCell({ name, unit: unitOf(name) }, cell)
    if (value === undefined) return undefined
    sums[name] = value
  }
  return sums
}

export function formatCell({ unit }: Metric, value: bigint): string {
  return unit === 'decimal' ? formatDecimal(value) : `${value}`
}

export function parseCell({ unit }: Metric, cell: string): bigint | undefined {
  if (unit === 'decimal') return parseDecimal(cell)
  return /^-?\d+$/.test(cell) ? BigInt(cell) : undefined
}

export function toWire(sums: Sums): MetricsOnWire {
  const entries = Object.entries(sums).map(([name, value]) => {
    const unit = unitOf(name)
    if (unit === 'micros') return [name, `${value}`]
    return [name, unit === 'decimal' ? toNumber(value) : Number(value)]
  })
  return Object.fromEntries(entries) as MetricsOnWire
}

/** Of sums, and never stored: rates cannot be added up. Null where there is nothing to divide by. */
export interface DerivedOnWire {
  /** Clicks of impressions. */
  ctr: number | null
  /** Cost of a click. */
  average_cpc_micros: string | null
  cost_per_conversion_micros: string | null
  /** Value of conversions for one unit of cost. */
  roas: number | null
  /** The same of the conversions of these dates, whenever their clicks were; of reports that have them. */
  roas_by_conversion_date?: number | null
}

const VALUE_BY_CONVERSION_DATE = 'conversions_value_by_conversion_date'

const MICROS = 1_000_000

/** @param of what the report has: from a metric that it lacks nothing follows */
export function derive(sums: Sums, of: readonly Pick<Metric, 'name'>[] = METRICS): DerivedOnWire {
  const { impressions, clicks, cost_micros: cost, conversions_value: value } = sums
  const conversions = toNumber(sums.conversions)
  const byConversionDate = sums[VALUE_BY_CONVERSION_DATE]
  const has = (name: MetricName) => of.some((metric) => metric.name === name)
  return {
    ctr: has('clicks') && impressions > 0n ? rounded(Number(clicks) / Number(impressions)) : null,
    average_cpc_micros: has('cost_micros') && clicks > 0n ? `${(cost + clicks / 2n) / clicks}` : null,
    cost_per_conversion_micros:
      has('cost_micros') && conversions > 0 ? `${Math.round(Number(cost) / conversions)}` : null,
    roas: has('conversions_value') ? roasOf(value, cost) : null,
    ...(byConversionDate !== undefined && { roas_by_conversion_date: roasOf(byConversionDate, cost) }),
  }
}

function roasOf(value: bigint, cost: bigint): number | null {
  return cost > 0n ? rounded((toNumber(value) * MICROS) / Number(cost)) : null
}

function rounded(rate: number): number {
  return Number(rate.toFixed(6))
}
