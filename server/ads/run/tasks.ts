/** From a request to the dates that each report of each account is due. */
import { dateIn } from '#server/ads/calendar.ts'
import { EmptyRangeError } from '#server/ads/errors.ts'
import type { ReportName } from '#server/ads/options.ts'
import {
  clampRange,
  oldestAvailable,
  planDates,
  twoYears,
  fillRange,
  type AskedRange,
  type RunKind,
} from '#server/ads/plan.ts'
import type { LookbackOf } from './learned-lookback.ts'
import { startReportProgress, type ReportProgress } from './progress.ts'
import type { IndexLine } from '#server/ads/store/index-file.ts'
import type { DateOfReport } from '#server/ads/plan.ts'

export interface RunRequest {
  kind: RunKind
  /** An end that is left out is that of the account's two years up to yesterday. */
  range?: AskedRange | undefined
  reports: readonly ReportName[]
  customerIds: readonly string[]
  refresh: boolean
  /** Of the request that asked for it. */
  traceparent?: string | undefined
}

export interface Task {
  tally: ReportProgress
  due: readonly string[]
}

export interface PlanningParts {
  nowMs: number
  /** What a daily run asks for again. */
  lookbackOf: LookbackOf
  /** Whether the source keeps daily figures for a limited time. */
  limitedHistory: boolean
  zoneOf: (customerId: string) => string
  present: (of: DateOfReport) => IndexLine | undefined
  onNotice: (notice: string) => void
}

const ALL_CLOSED = 'Nothing can be fetched: no account that was asked for is open.'

/** @throws EmptyRangeError when no account has a date of the range */
export function planTasks(request: RunRequest, parts: PlanningParts): Task[] {
  const notices: string[] = []
  const tasks = request.customerIds.flatMap((customerId) =>
    tasksOf(customerId, request, { ...parts, onNotice: (notice) => notices.push(notice) }),
  )
  const told = [...new Set(notices)]
  if (tasks.length === 0) throw new EmptyRangeError(told.join('\n') || ALL_CLOSED)
  for (const notice of told) parts.onNotice(notice)
  return tasks
}

function tasksOf(customerId: string, request: RunRequest, parts: PlanningParts): Task[] {
  const zone = parts.zoneOf(customerId)
  const today = dateIn(zone, parts.nowMs)
  const oldest = parts.limitedHistory ? oldestAvailable(today) : undefined
  const { range, notice } = clampRange(fillRange(request.range ?? {}, twoYears(today)), today, oldest)
  if (notice !== undefined) parts.onNotice(notice)
  if (!range) return []
  return request.reports.map((report) => {
    const plan = planDates({
      kind: request.kind,
      range,
      today,
      lookbackDays: parts.lookbackOf({ report, customerId }),
      refresh: request.refresh,
      present(date) {
        const line = parts.present({ report, customerId, date })
        return (
          line && {
            isPartial: line.state === 'partial',
            fetchedOn: () => dateIn(zone, Date.parse(line.fetchedAt)),
          }
        )
      },
    })
    return { tally: startReportProgress({ report, customerId, range }, plan), due: plan.due }
  })
}
