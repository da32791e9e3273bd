/** The state of every date, as the files say. Needs no lock and writes nothing. */
import { dateIn } from '#server/ads/calendar.ts'
import { changedZones, describeChangedZone } from '#server/ads/changed-zones.ts'
import { commandLine } from '#server/ads/command-line.ts'
import type { Catalogue } from '#server/ads/definition/catalogue.ts'
import { coverageOf, type Coverage } from '#server/ads/coverage.ts'
import { kindOf, type SourceKind } from '#server/ads/connect.ts'
import { addSums, noSums, type Metric, type Sums } from '#server/ads/metric.ts'
import { notSummedOf } from '#server/ads/report.ts'
import type { AdsOptions, ReportName } from '#server/ads/options.ts'
import { EmptyRangeError } from '#server/ads/errors.ts'
import {
  clampRange,
  fillRange,
  oldestAvailable,
  twoYears,
  type AskedRange,
  type Clamped,
} from '#server/ads/plan.ts'
import type { Account, Day } from '#server/ads/schema.ts'
import { filesBehind } from '#server/ads/store/aggregate.ts'
import { readFailures } from '#server/ads/store/failures.ts'
import { lookbacksOf, type LearnedLookback } from '#server/ads/run/learned-lookback.ts'
import { readIndex, type IndexLine } from '#server/ads/store/index-file.ts'
import { reconcile } from '#server/ads/store/reconcile.ts'
import { readRestatements, type Restatement } from '#server/ads/store/restatements.ts'
import { requireStore, sourceOfStore } from '#server/ads/store/ownership.ts'
import { readableAccounts, readAccounts, type AccountsById } from '#server/ads/store/stored-accounts.ts'
import { accountsToWire, daysOf, selectLines } from '#server/ads/views.ts'

interface StatusRequest {
  options: AdsOptions
  catalogue: Catalogue
  reports: readonly ReportName[]
  /** Without any, all that the store knows. */
  customerIds: readonly string[]
  range: AskedRange
  nowMs: number
  onNotice: (line: string) => void
}

/** Of one report and account. */
export interface StatusPart {
  report: ReportName
  /** What the report has of the sums. */
  metrics: readonly Pick<Metric, 'name'>[]
  /** Its rates and averages. */
  notSummed: readonly string[]
  account: Account
  days: Day[]
  rows: number
  sums: Sums
  coverage: Coverage | undefined
  /** Undefined while too little is known. */
  lookback: LearnedLookback | undefined
  /** Oldest first. */
  restatements: Restatement[]
  /** The report's aggregated files that are behind the index. */
  behind: string[]
}

export interface Status {
  /** Undefined for a store that was never filled. */
  source: SourceKind | undefined
  parts: StatusPart[]
}

/** @throws ConfigurationError for a folder that is no store, EmptyRangeError for dates that cannot be there */
export async function readStatus(request: StatusRequest): Promise<Status> {
  const { options, catalogue, reports, nowMs, onNotice } = request
  const { dir } = options
  requireStore(dir)
  const held = readAccounts(dir)
  const zoneOf = (id: string) => held?.accounts[id]?.timeZone ?? options.cronTimezone ?? 'UTC'
  const lookbacks = lookbacksOf(options, { nowMs, zoneOf })
  const { lines } = await reconcile(readIndex(dir), {
    dir,
    catalogue,
    lookbackOf: lookbacks.of,
    zoneOf,
    mayWrite: false,
    onDamaged: (_, why) => onNotice(why),
  })
  const accounts = held?.accounts ?? {}
  for (const changed of changedZones(accounts, lines.values()))
    onNotice(describeChangedZone(changed, (args) => commandLine(dir, args)))
  const known = {
    lines,
    failures: readFailures(dir),
    isFetching: () => false,
    isCurrent: catalogue.isCurrent,
    isClosed: (customerId: string) => accounts[customerId]?.closed !== undefined,
  }
  const parts: StatusPart[] = []
  const named = request.customerIds.length > 0 ? request.customerIds : advertisersIn(accounts)
  const customerIds = readableAccounts(named, accounts)
  let nothing = ''
  for (const account of accountsToWire(customerIds, accounts, lines.values())) {
    const { customer_id: customerId } = account
    const { range, notice } = rangeOf(request, { today: dateIn(zoneOf(customerId), nowMs), lines })
    if (!range) nothing = notice ?? ''
    if (!range) continue
    if (notice !== undefined) onNotice(notice)
    for (const report of reports) {
      const selection = { range, reports: [report], customerIds: [customerId] }
      const stored = selectLines(lines.values(), selection).filter(catalogue.isCurrent)
      const definition = catalogue.get(report)
      const sums = noSums(definition.summed)
      for (const line of stored) addSums(sums, line.sums)
      parts.push({
        report,
        metrics: definition.summed,
        notSummed: notSummedOf(definition),
        account,
        days: daysOf(selection, known),
        rows: stored.reduce((sum, line) => sum + line.rows, 0),
        sums,
        coverage: coverageOf(selection, lines, catalogue)[0],
        lookback: lookbacks
          .learned()
          .find((each) => each.report === report && each.customerId === customerId),
        restatements: readRestatements(dir, { ...range, report, customerId }),
        behind: await filesBehind(dir, definition, { ...options, lines: [...lines.values()] }),
      })
    }
  }
  if (parts.length === 0 && nothing !== '') throw new EmptyRangeError(nothing)
  return { source: sourceOfStore(dir), parts }
}

function advertisersIn(accounts: AccountsById): string[] {
  return Object.entries(accounts).flatMap(([id, { manager }]) => (manager ? [] : [id]))
}

/** What is older than Google keeps may be stored all the same. */
function rangeOf(
  { range, options }: StatusRequest,
  { today, lines }: { today: string; lines: ReadonlyMap<string, IndexLine> },
): Clamped {
  const asked = fillRange(range, twoYears(today))
  const isStored = [...lines.values()].some(({ date }) => date >= asked.from && date <= asked.to)
  const oldest = kindOf(options) === 'module' || isStored ? undefined : oldestAvailable(today)
  return clampRange(asked, today, oldest)
}
