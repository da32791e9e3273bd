/** verify --totals: what the store sums to, against what Google sums to. Asks, and changes nothing. */
import { managersOf } from '#server/ads/run/account-directory.ts'
import { withRetries, type Refusal } from '#server/ads/run/with-retries.ts'
import { dateIn, type DateRange } from '#server/ads/calendar.ts'
import { openSource } from '#server/ads/connect.ts'
import { formatCell, METRICS, type MetricName } from '#server/ads/metric.ts'
import { ConfigurationError } from '#server/ads/errors.ts'
import type { GoogleAdsClient } from '#server/ads/google/client.ts'
import type { AdsOptions, ReportName } from '#server/ads/options.ts'
import { isProvisional } from '#server/ads/plan.ts'
import { exitCodeOfFailure, type ExitCode } from '#server/ads/run/run.ts'
import { readAccounts } from '#server/ads/store/stored-accounts.ts'
import type { IndexLine } from '#server/ads/store/index-file.ts'
import { askTotals, differences, consecutiveRanges, type Mismatch } from '#server/ads/totals.ts'
import { systemClock } from '#server/platform/clock.ts'
import { count } from './output.ts'

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

interface Verified {
  checked: CheckedTotals[]
  exitCode: ExitCode
}

/** @throws ConfigurationError */
export async function verifyTotals(
  lines: readonly IndexLine[],
  options: AdsOptions,
  say: (line: string) => void,
): Promise<Verified> {
  const held = readAccounts(options.dir)
  const source = await openSource(options, systemClock)
  const client = source.client(managersOf(held?.accounts ?? {}))
  if (!client)
    throw new ConfigurationError(
      `--totals compares with Google's own sums, and the source ${source.kind} has none.`,
    )
  if (held && held.source !== source.kind)
    throw new ConfigurationError(`The store holds ${held.source} data, which ${source.kind} cannot confirm.`)
  const zoneOf = (id: string) => held?.accounts[id]?.timeZone ?? 'UTC'
  return await checkAll(
    Map.groupBy(lines, ({ report, customerId }) => `${report} ${customerId}`),
    {
      client,
      say,
      isOpen: ({ date, fetchedAt, customerId }) =>
        isProvisional(date, dateIn(zoneOf(customerId), Date.parse(fetchedAt)), options.lookbackDays),
    },
  )
}

interface Checking {
  client: GoogleAdsClient
  say: (line: string) => void
  /** Whether Google may still restate the date. */
  isOpen: (line: IndexLine) => boolean
}

async function checkAll(groups: ReadonlyMap<string, IndexLine[]>, checking: Checking): Promise<Verified> {
  const checked: CheckedTotals[] = []
  for (const [name, lines] of groups) {
    const result = await check(lines, checking)
    if (result === undefined) continue
    if ('failure' in result) {
      checking.say(`${name}: the totals could not be asked for: ${result.failure.detail}`)
      return { checked, exitCode: exitCodeOfFailure(result.failure.code) }
    }
    checked.push(result)
    checking.say(describe(result))
    for (const each of result.differences) checking.say(`  ${describeDifference(each)}`)
  }
  const isWrong = checked.some((each) => each.differences.some(({ provisional }) => !provisional))
  return { checked, exitCode: isWrong ? 1 : 0 }
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
  { client, isOpen }: Checking,
): Promise<CheckedTotals | Refusal | undefined> {
  const dates = lines.toSorted((a, b) => (a.date < b.date ? -1 : Number(a.date > b.date)))
  const [first, last] = [dates[0], dates.at(-1)]
  if (!first || !last) return undefined
  const { report, customerId } = first
  const signal = new AbortController().signal
  let requests = 0
  const ask = async (range: DateRange) => {
    requests++
    const answer = await withRetries(
      async (asking) => await askTotals(client, { report, customerId, range }, asking),
      { signal, random: Math.random },
    )
    if ('failure' in answer) throw new Refused(answer)
    return answer
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
    report,
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

function textOf(name: MetricName, value: bigint): string {
  const metric = METRICS.find((each) => each.name === name)
  return metric ? formatCell(metric, value) : `${value}`
}

function describe({ report, customer_id, from, to, dates, differences: found }: CheckedTotals): string {
  const verdict = found.length === 0 ? "Google's sums are the same" : "Google's sums are others:"
  return `${report} ${customer_id} ${from}..${to}, ${count(dates)} dates: ${verdict}`
}

function describeDifference({
  from,
  to,
  provisional,
  metrics,
}: CheckedTotals['differences'][number]): string {
  const when = from === to ? from : `${from}..${to}`
  const what = Object.entries(metrics)
    .map(
      ([name, { stored, google }]: [string, { stored?: string; google?: string }]) =>
        `${name} ${stored} here, ${google} there`,
    )
    .join('; ')
  return provisional ? `${when}: ${what} (to be expected: these dates are provisional)` : `${when}: ${what}`
}
