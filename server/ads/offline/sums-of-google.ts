/**
 * Whether the store says what Google says: the sums of a range, against one row that Google summed itself. Where they
 * differ the range is halved, until the dates are known.
 */
import { addDays, daysBetween, type DateRange } from '#server/ads/calendar.ts'
import { parseDecimal } from '#server/ads/decimal.ts'
import { FetchError, InvalidRowsError } from '#server/ads/errors.ts'
import type { RequestContext, GoogleAdsClient } from '#server/ads/google/client.ts'
import { addSums, metricsIn, noSums, sumsOfCells, type Sums } from '#server/ads/metric.ts'
import { lowerCamelCase, totalsQueryFor, type Report } from '#server/ads/report.ts'

/** Dates that follow each other, all of them stored. */
export interface ConsecutiveDates {
  range: DateRange
  /** Google may still restate them: a difference is to be expected. */
  provisional: boolean
  sums: ReadonlyMap<string, Sums>
}

export interface StoredDate {
  date: string
  provisional: boolean
  sums: Sums
}

export interface Mismatch {
  range: DateRange
  provisional: boolean
  /** By metric, and only those that differ. */
  metrics: { name: string; stored: bigint; google: bigint }[]
}

/** @param dates ascending */
export function consecutiveRanges(dates: readonly StoredDate[]): ConsecutiveDates[] {
  const stretches: { range: DateRange; provisional: boolean; sums: Map<string, Sums> }[] = []
  for (const { date, provisional, sums } of dates) {
    const last = stretches.at(-1)
    if (last && last.provisional === provisional && date === addDays(last.range.to, 1)) {
      last.range = { from: last.range.from, to: date }
      last.sums.set(date, sums)
    } else stretches.push({ range: { from: date, to: date }, provisional, sums: new Map([[date, sums]]) })
  }
  return stretches
}

export type AskTotals = (range: DateRange) => Promise<Sums>

/** @param maxQuestions after so many, what still differs is named as a range */
export async function differences(
  stretch: ConsecutiveDates,
  ask: AskTotals,
  maxQuestions: number,
): Promise<Mismatch[]> {
  const found: Mismatch[] = []
  let asked = 0
  const look = async (range: DateRange): Promise<void> => {
    asked++
    const metrics = compare(storedSums(stretch, range), await ask(range))
    if (metrics.length === 0) return
    const days = daysBetween(range.from, range.to) + 1
    if (days === 1 || stretch.provisional || asked + 2 > maxQuestions) {
      found.push({ range, provisional: stretch.provisional, metrics })
      return
    }
    const middle = addDays(range.from, Math.floor(days / 2) - 1)
    await look({ from: range.from, to: middle })
    await look({ from: addDays(middle, 1), to: range.to })
  }
  await look(stretch.range)
  return found
}

/** @throws FetchError, and InvalidRowsError for a sum that is no number */
export async function askTotals(
  client: GoogleAdsClient,
  of: { report: Report; customerId: string; range: DateRange },
  asking: RequestContext,
): Promise<Sums> {
  const query = totalsQueryFor(of.report, of.range)
  const row = await client.summary({ customerId: of.customerId, query }, asking)
  if (row === undefined) throw new FetchError('BROKEN_STREAM', 'The answer has no summary row.')
  const { metrics = {} } = row as { metrics?: Record<string, string | number> }
  const cells = of.report.summed.map(({ name }) => [name, `${metrics[lowerCamelCase(name)] ?? 0}`] as const)
  const sums = sumsOfCells(cells)
  if (!sums) throw new InvalidRowsError(`The summary row is ${cells.join(', ').slice(0, 200)}.`)
  return sums
}

/** Google adds conversions as doubles, whose last digits are rounded: so much of a sum is no difference. */
const DECIMAL_TOLERANCE = { least: parseDecimal('0.001') ?? 0n, per: 1_000_000_000n }

function compare(stored: Sums, google: Sums): Mismatch['metrics'] {
  return metricsIn(google).flatMap(({ name, unit }) => {
    const [ours, theirs] = [stored[name] ?? 0n, google[name] ?? 0n]
    const relative = magnitude(theirs) / DECIMAL_TOLERANCE.per
    const rounding = relative > DECIMAL_TOLERANCE.least ? relative : DECIMAL_TOLERANCE.least
    const allowed = unit === 'decimal' ? rounding : 0n
    return magnitude(ours - theirs) > allowed ? [{ name, stored: ours, google: theirs }] : []
  })
}

function storedSums({ sums }: ConsecutiveDates, { from, to }: DateRange): Sums {
  const all = noSums()
  for (const [date, each] of sums) if (date >= from && date <= to) addSums(all, each)
  return all
}

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value
}
