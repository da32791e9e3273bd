/** What the store sums to, against what Google sums to. Sends queries, and changes nothing. */
import { withRetries, type Refusal } from '#server/ads/run/with-retries.ts'
import { dateIn, type DateRange } from '#server/ads/calendar.ts'
import { openSource } from '#server/ads/connect.ts'
import type { Catalogue } from '#server/ads/definition/catalogue.ts'
import { formatCell, unitOf } from '#server/ads/metric.ts'
import { ConfigurationError } from '#server/ads/errors.ts'
import type { GoogleAdsClient } from '#server/ads/google/client.ts'
import type { AdsOptions, ReportName } from '#server/ads/options.ts'
import { isProvisional } from '#server/ads/plan.ts'
import type { Report } from '#server/ads/report.ts'
import { exitCodeOfFailure, type ExitCode } from '#server/ads/run/run.ts'
import { managersOf, readAccounts } from '#server/ads/store/stored-accounts.ts'
import type { IndexLine } from '#server/ads/store/index-file.ts'
import { askTotals, differences, consecutiveRanges, type Mismatch } from './sums-of-google.ts'
import type { Clock } from '#server/platform/clock.ts'

/** For one report of one account: finds a single date among two years, or a few. */
const MAX_QUESTIONS = 60

export interface CheckedTotals {
  report: ReportName
  customer_id: string
  from: string
  to: string
  dates: number
  /** What Google was asked, one operation each. */
  requests: number
  differences: { from: string; to: string; provisional: boolean; metrics: Record<string, object> }[]
}

interface Compared {
  checked: CheckedTotals[]
  exitCode: ExitCode
}

export interface Comparison {
  options: AdsOptions
  catalogue: Catalogue
  clock: Clock
  onChecked: (checked: CheckedTotals) => void
  onRefused: (name: string, detail: string) => void
}

/** Report by report and account by account, until one is refused. @throws ConfigurationError */
export async function compareTotals(
  lines: readonly IndexLine[],
  { options, catalogue, clock, onChecked, onRefused }: Comparison,
): Promise<Compared> {
  const held = readAccounts(options.dir)
  const source = await openSource(options, clock)
  const client = source.client(managersOf(held?.accounts ?? {}))
  if (!client)
    throw new ConfigurationError(
      `--totals compares with Google's own sums, and the source ${source.kind} has none.`,
    )
  if (held && held.source !== source.kind)
    throw new ConfigurationError(`The store holds ${held.source} data, which ${source.kind} cannot confirm.`)
  const zoneOf = (id: string) => held?.accounts[id]?.timeZone ?? 'UTC'
  const isOpen = ({ date, fetchedAt, customerId }: IndexLine) =>
    isProvisional(date, dateIn(zoneOf(customerId), Date.parse(fetchedAt)), options.lookbackDays)
  const checked: CheckedTotals[] = []
  const current = lines.filter(catalogue.isCurrent)
  for (const [name, own] of Map.groupBy(current, ({ report, customerId }) => `${report} ${customerId}`)) {
    const report = catalogue.find(own[0]?.report ?? '')
    if (!report || report.summed.length === 0) continue
    const result = await check(own, { client, report, isOpen })
    if (result === undefined) continue
    if ('failure' in result) {
      onRefused(name, result.failure.detail)
      return { checked, exitCode: exitCodeOfFailure(result.failure.code) }
    }
    checked.push(result)
    onChecked(result)
  }
  const isWrong = checked.some((each) => each.differences.some(({ provisional }) => !provisional))
  return { checked, exitCode: isWrong ? 1 : 0 }
}

interface Checking {
  client: GoogleAdsClient
  report: Report
  /** Whether Google may still restate the date. */
  isOpen: (line: IndexLine) => boolean
}

class Refused extends Error {
  readonly refusal: Refusal
  constructor(refusal: Refusal) {
    super(refusal.failure.detail)
    this.refusal = refusal
  }
}

async function check(
  lines: readonly IndexLine[],
  { client, report, isOpen }: Checking,
): Promise<CheckedTotals | Refusal | undefined> {
  const dates = lines.toSorted((a, b) => (a.date < b.date ? -1 : Number(a.date > b.date)))
  const [first, last] = [dates[0], dates.at(-1)]
  if (!first || !last) return undefined
  const { customerId } = first
  const signal = new AbortController().signal
  let requests = 0
  const ask = async (range: DateRange) => {
    requests++
    const answer = await withRetries(
      async (asking) => ({ sums: await askTotals(client, { report, customerId, range }, asking) }),
      { signal, random: Math.random },
    )
    if ('failure' in answer) throw new Refused(answer)
    return answer.sums
  }
  const found: Mismatch[] = []
  try {
    for (const stretch of consecutiveRanges(dates.map((line) => ({ ...line, provisional: isOpen(line) }))))
      found.push(...(await differences(stretch, ask, Math.max(1, MAX_QUESTIONS - requests))))
  } catch (error) {
    if (error instanceof Refused) return error.refusal
    throw error
  }
  return {
    report: report.name,
    customer_id: customerId,
    from: first.date,
    to: last.date,
    dates: dates.length,
    requests,
    differences: found.map(({ range, provisional, metrics }) => ({
      ...range,
      provisional,
      metrics: Object.fromEntries(
        metrics.map(({ name, stored, google }) => [
          name,
          { stored: textOf(name, stored), google: textOf(name, google) },
        ]),
      ),
    })),
  }
}

function textOf(name: string, value: bigint): string {
  return formatCell({ name, unit: unitOf(name) }, value)
}
