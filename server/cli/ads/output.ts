/** What the commands say. With --json, stdout belongs to the summary and people read stderr. */
import {
  derive,
  groupFailures,
  type FailedDate,
  type Progress,
  type ReportProgress,
  formatCell,
  metricsIn,
  type Metric,
  type MetricName,
  type Sums,
} from '#server/ads/offline.ts'

export class Output {
  readonly #json: boolean

  constructor({ json = false }: { json?: boolean }) {
    this.#json = json
  }

  say(line: string): void {
    if (this.#json) console.error(line)
    else console.log(line)
  }

  /** The last line of stdout. One object, or an array when there is not exactly one. */
  async result(values: readonly object[]): Promise<void> {
    if (!this.#json) return
    const text = JSON.stringify(values.length === 1 ? values[0] : values)
    await Bun.write(Bun.stdout, `${text}\n`)
  }
}

/** The contract's summary of one report and account. */
export function summaryOf(
  tally: ReportProgress,
  { source, workers, parkedUntilMs }: Progress,
  wallMs: number,
) {
  return {
    source,
    report: tally.report,
    customer_id: tally.customerId,
    from: tally.range.from,
    to: tally.range.to,
    requested: tally.requested,
    skipped: tally.skipped,
    fetched: tally.fetched,
    empty: tally.empty,
    failed: tally.failed.toSorted((a, b) => (a.date < b.date ? -1 : 1)),
    rows: tally.rows,
    requests: tally.requests,
    retries: tally.retries,
    units: tally.units,
    workers,
    peak_concurrency: tally.peakConcurrency,
    fetch_ms: tally.fetchMs,
    aggregate_ms: tally.aggregateMs,
    wall_ms: wallMs,
    parked_until: parkedUntilMs === undefined ? null : new Date(parkedUntilMs).toISOString(),
  }
}

export function lineOf(tally: ReportProgress): string {
  const { report, customerId, range } = tally
  const parts = [
    `${tally.fetched} fetched${tally.empty > 0 ? ` (${tally.empty} empty)` : ''}`,
    `${tally.skipped} already there`,
    ...(tally.failed.length > 0 ? [`${tally.failed.length} failed`] : []),
    `${count(tally.rows)} rows`,
    `${tally.requests} requests`,
    ...(tally.retries > 0 ? [`${tally.retries} retries`] : []),
  ]
  return `${report} ${customerId} ${range.from}..${range.to}: ${parts.join(', ')}`
}

/** Beside the folder wherever it is named: made-up figures are never shown without it. */
export function storeLine(dir: string, source: string | undefined): string {
  const whose = source === 'demo' ? 'demo data: these figures are made up' : source && `${source} data`
  return `store ${dir}${whose ? `, ${whose}` : ', never filled'}`
}

const NAMED_RANGES = 8

/** Each failure once, and under it where and when it struck. @param all the command that names every date */
export function failureLines(failed: readonly FailedDate[], all: string): string[] {
  return groupFailures(failed).flatMap(({ code, detail, places }) => [
    `${code}: ${detail}`,
    ...places.map(({ report, customerId, dates, ranges }) => {
      const named = ranges
        .slice(0, NAMED_RANGES)
        .map(({ from, to }) => (from === to ? from : `${from}..${to}`))
      const more = ranges.length > NAMED_RANGES ? ` and more: see ${all}` : ''
      return `  ${report} ${customerId}, ${count(dates)} ${dates === 1 ? 'date' : 'dates'}: ${named.join(', ')}${more}`
    }),
  ])
}

export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return `${seconds}s`
  const minutes = Math.floor(seconds / 60)
  return minutes < 60 ? `${minutes}m${seconds % 60}s` : `${Math.floor(minutes / 60)}h${minutes % 60}m`
}

export function count(value: number | bigint): string {
  return value.toLocaleString('en-US')
}

export function money(micros: bigint): string {
  const cents = ((micros + 5_000n) / 10_000n).toString().padStart(3, '0')
  return `${cents.slice(0, -2)}.${cents.slice(-2)}`
}

/** What a metric is called, and its place in the one-line summary, if it has one. */
interface MetricWords {
  label: string
  inSummary?: (value: string, currency: string) => string
}

const METRIC_WORDS: Readonly<Record<MetricName, MetricWords>> = {
  impressions: { label: 'impressions', inSummary: (value) => `${value} impressions` },
  clicks: { label: 'clicks', inSummary: (value) => `${value} clicks` },
  cost_micros: { label: 'cost', inSummary: (value, currency) => `cost ${value} ${currency}`.trimEnd() },
  conversions: { label: 'conversions', inSummary: (value) => `${value} conversions` },
  conversions_value: { label: 'value' },
}

export function labelledMetrics(sums: Sums): [label: string, value: string][] {
  return metricsIn(sums).map((metric) => [
    wordsFor(metric.name)?.label ?? metric.name,
    formatMetric(metric, sums[metric.name] ?? 0n),
  ])
}

/** Undefined for what only a report of one's own has: its name has to tell it. */
function wordsFor(name: string): MetricWords | undefined {
  return Object.hasOwn(METRIC_WORDS, name) ? METRIC_WORDS[name as MetricName] : undefined
}

/** @param metrics what the report has of the sums */
export function sumsLine(sums: Sums, currency: string, metrics: readonly Pick<Metric, 'name'>[]): string {
  const names = new Set(metrics.map(({ name }) => name))
  return metricsIn(sums)
    .filter(({ name }) => names.has(name))
    .flatMap((metric) => {
      const value = formatMetric(metric, sums[metric.name] ?? 0n)
      const words = wordsFor(metric.name)
      return words ? (words.inSummary?.(value, currency) ?? []) : `${metric.name} ${value}`
    })
    .join(', ')
}

const EVERYTHING = 0.9995

/** What follows from the sums, and how much of the account's cost they are; nothing for no figures. */
export function ratesLine(
  sums: Sums,
  share: number | undefined,
  metrics: readonly Pick<Metric, 'name'>[],
): string[] {
  const { ctr, average_cpc_micros: cpc, roas, roas_by_conversion_date: later } = derive(sums, metrics)
  const parts = [
    ...(ctr === null ? [] : [`CTR ${percent(ctr)}`]),
    ...(cpc === null ? [] : [`CPC ${money(BigInt(cpc))}`]),
    ...(roas === null ? [] : [`ROAS ${roas.toFixed(2)}`]),
    ...(typeof later === 'number' ? [`ROAS by conversion date ${later.toFixed(2)}`] : []),
    ...(share === undefined || share > EVERYTHING
      ? []
      : [`${percent(share)} of the campaigns' cost: the rest is in none of this report's rows`]),
  ]
  return parts.length === 0 ? [] : [`  ${parts.join(', ')}`]
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}

function formatMetric(metric: Metric, value: bigint): string {
  if (metric.unit === 'micros') return money(value)
  return metric.unit === 'count' ? count(value) : formatCell(metric, value)
}
