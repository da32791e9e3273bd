/** The state of every date, as the files say. Needs no lock and writes nothing. */
import { dateIn } from '#server/ads/calendar.ts'
import { kindOf, type SourceKind } from '#server/ads/connect.ts'
import { versionNotice } from '#server/ads/google/versions.ts'
import { addSums, noSums, type Sums } from '#server/ads/metric.ts'
import type { AdsOptions, ReportName } from '#server/ads/options.ts'
import { fillRange, twoYears, type AskedRange } from '#server/ads/plan.ts'
import { clientsOf } from '#server/ads/run/account-directory.ts'
import type { Day } from '#server/ads/schema.ts'
import { isAggregateCurrent } from '#server/ads/store/aggregate.ts'
import { readFailures } from '#server/ads/store/failures.ts'
import { readIndex } from '#server/ads/store/index-file.ts'
import { reconcile } from '#server/ads/store/reconcile.ts'
import { readRestatements, type Restatement } from '#server/ads/store/restatements.ts'
import { readAccounts } from '#server/ads/store/stored-accounts.ts'
import { daysOf, selectLines } from '#server/ads/views.ts'

interface StatusRequest {
  options: AdsOptions
  reports: readonly ReportName[]
  customerIds: readonly string[]
  range: AskedRange
  nowMs: number
  onNotice: (line: string) => void
}

/** Of one report and account. */
export interface StatusPart {
  report: ReportName
  customerId: string
  days: Day[]
  rows: number
  sums: Sums
  /** Oldest first. */
  restatements: Restatement[]
  isAggregateCurrent: boolean
}

export interface Status {
  /** Undefined for a store that was never filled. */
  source: SourceKind | undefined
  parts: StatusPart[]
}

export async function readStatus(request: StatusRequest): Promise<Status> {
  const { options, reports, nowMs, onNotice } = request
  const { dir, lookbackDays } = options
  const held = readAccounts(dir)
  const zoneOf = (id: string) => held?.accounts[id]?.timeZone ?? options.cronTimezone ?? 'UTC'
  const { lines } = await reconcile(readIndex(dir), {
    dir,
    lookbackDays,
    zoneOf,
    mayWrite: false,
    onDamaged: (_, why) => onNotice(why),
  })
  const known = { lines, failures: readFailures(dir), isFetching: () => false }
  const parts: StatusPart[] = []
  for (const customerId of clientsOf(request.customerIds, held?.accounts ?? {})) {
    const range = fillRange(request.range, twoYears(dateIn(zoneOf(customerId), nowMs)))
    for (const report of reports) {
      const selection = { range, reports: [report], customerIds: [customerId] }
      const stored = selectLines(lines.values(), selection)
      const sums = noSums()
      for (const line of stored) addSums(sums, line.sums)
      parts.push({
        report,
        customerId,
        days: daysOf(selection, known),
        rows: stored.reduce((sum, line) => sum + line.rows, 0),
        sums,
        restatements: readRestatements(dir, { ...range, report, customerId }),
        isAggregateCurrent: await isAggregateCurrent(dir, report, [...lines.values()]),
      })
    }
  }
  return { source: held?.source, parts }
}

/** What is to be said of the API version that the options name; of other sources nothing is. */
export function versionNoticeOf(options: AdsOptions, nowMs: number): string | undefined {
  if (kindOf(options) !== 'google') return undefined
  return versionNotice(options.google.apiVersion, dateIn('UTC', nowMs))
}
