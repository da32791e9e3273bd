/** index.csv: what is there, one line per report, account and date. Derived from the files, never the truth. */
import { readFileSync } from 'node:fs'
import { parse } from 'csv-parse/sync'
import { stringify } from 'csv-stringify/sync'
import { isDate } from '#server/ads/calendar.ts'
import { formatDecimal, parseDecimal } from '#server/ads/decimal.ts'
import { REPORT_NAMES, type ReportName } from '#server/ads/options.ts'
import type { DateOfReport } from '#server/ads/plan.ts'
import type { DateContent } from './date-file.ts'
import { replaceFile } from './commit.ts'
import { indexPath } from './layout.ts'

export type PresentState = 'complete' | 'empty' | 'provisional'

export interface IndexLine extends DateOfReport, DateContent {
  state: PresentState
  /** RFC 3339 with milliseconds; the very time stamped on the file. */
  fetchedAt: string
  /** What Google charged; 0 when the line was rebuilt from its file. */
  units: number
}

const COLUMNS = [
  'report',
  'customer_id',
  'date',
  'state',
  'rows',
  'impressions',
  'clicks',
  'cost_micros',
  'conversions',
  'conversions_value',
  'sha256',
  'fetched_at',
  'units',
] as const
type Cells = Record<(typeof COLUMNS)[number], string>

/** The lines of the file; none when it is missing or damaged, because it can be rebuilt. */
export function readIndex(dir: string): IndexLine[] {
  try {
    const records = parse<Cells>(readFileSync(indexPath(dir)), { columns: true })
    return records.flatMap(toLine)
  } catch {
    return []
  }
}

/** @throws StoreError */
export async function writeIndex(dir: string, lines: Iterable<IndexLine>): Promise<void> {
  const sorted = [...lines].toSorted(byPlace)
  await replaceFile(dir, indexPath(dir), stringify([[...COLUMNS], ...sorted.map(toCells)]))
}

export function placeOf({ report, customerId, date }: DateOfReport): string {
  return `${report}/${customerId}/${date}`
}

function byPlace(a: IndexLine, b: IndexLine): number {
  const [left, right] = [placeOf(a), placeOf(b)]
  return left < right ? -1 : Number(left > right)
}

function toCells(line: IndexLine): string[] {
  const { sums } = line
  return [
    line.report,
    line.customerId,
    line.date,
    line.state,
    `${line.rows}`,
    `${sums.impressions}`,
    `${sums.clicks}`,
    `${sums.costMicros}`,
    formatDecimal(sums.conversions),
    formatDecimal(sums.conversionsValue),
    line.sha256,
    line.fetchedAt,
    `${line.units}`,
  ]
}

/** A line that cannot be what it says is left out: its file will be read again. */
function toLine(record: Cells): IndexLine[] {
  const rows = Number(record.rows)
  const sums = {
    impressions: BigInt(record.impressions),
    clicks: BigInt(record.clicks),
    costMicros: BigInt(record.cost_micros),
    conversions: parseDecimal(record.conversions),
    conversionsValue: parseDecimal(record.conversions_value),
  }
  const { conversions, conversionsValue } = sums
  const valid =
    isReportName(record.report) &&
    isDate(record.date) &&
    isState(record.state) &&
    Number.isSafeInteger(rows) &&
    !Number.isNaN(Date.parse(record.fetched_at))
  if (!valid || conversions === undefined || conversionsValue === undefined) return []
  return [
    {
      report: record.report as ReportName,
      customerId: record.customer_id,
      date: record.date,
      state: record.state as PresentState,
      rows,
      sums: { ...sums, conversions, conversionsValue },
      sha256: record.sha256,
      fetchedAt: record.fetched_at,
      units: Number(record.units),
    },
  ]
}

function isReportName(name: string): name is ReportName {
  return (REPORT_NAMES as readonly string[]).includes(name)
}

function isState(state: string): state is PresentState {
  return state === 'complete' || state === 'empty' || state === 'provisional'
}
