/** What a run has done so far: counted once here; the progress bar, the summary and the API of runs read it. */
import type { DateRange } from '#server/ads/calendar.ts'
import type { Failure, FailureCode } from '#server/ads/errors.ts'
import type { SourceKind } from '#server/ads/connect.ts'
import type { ReportName } from '#server/ads/options.ts'
import type { AskedRange, RunKind } from '#server/ads/plan.ts'

export type RunState = 'queued' | 'running' | 'done' | 'failed' | 'parked' | 'interrupted'

/** One report of one account in a run. */
export interface ReportProgress {
  report: ReportName
  customerId: string
  range: DateRange
  /** Every date of the range: skipped, to be fetched, or both done and counted below. */
  requested: number
  skipped: number
  /** Dates this run has put into the store, those without rows included. */
  fetched: number
  empty: number
  failed: { date: string; code: string; detail: string }[]
  rows: number
  requests: number
  retries: number
  units: number
  inFlight: Set<string>
  peakConcurrency: number
  fetchMs: number
  aggregateMs: number
}

export interface Progress {
  id: string
  kind: RunKind
  state: RunState
  /** Whose figures: those of `demo` are made up. */
  source: SourceKind
  /** As asked for with both ends, until the account's calendar is known; then as planned. */
  range: DateRange | undefined
  reports: readonly ReportName[]
  tallies: ReportProgress[]
  startedAtMs: number
  finishedAtMs: number | undefined
  workers: number
  /** Before dates are fetched: what is being done. */
  activity: string | undefined
  /** When nothing moves: what it waits for, and until when. */
  waiting: { reason: string; code: FailureCode | undefined; untilMs: number } | undefined
  parkedUntilMs: number | undefined
  /** What ended the run, or a part of it, before every date was tried. */
  stopped: Failure | undefined
}

export function startProgress(
  request: Pick<Progress, 'kind' | 'source' | 'reports'> & { range?: AskedRange | undefined },
  startedAtMs: number,
): Progress {
  const { from, to } = request.range ?? {}
  return {
    id: crypto.randomUUID(),
    kind: request.kind,
    state: 'queued',
    source: request.source,
    range: from !== undefined && to !== undefined ? { from, to } : undefined,
    reports: request.reports,
    tallies: [],
    startedAtMs,
    finishedAtMs: undefined,
    workers: 0,
    activity: undefined,
    waiting: undefined,
    parkedUntilMs: undefined,
    stopped: undefined,
  }
}

export function startReportProgress(
  of: Pick<ReportProgress, 'report' | 'customerId' | 'range'>,
  plan: { due: readonly string[]; skipped: number },
): ReportProgress {
  return {
    ...of,
    requested: plan.due.length + plan.skipped,
    skipped: plan.skipped,
    fetched: 0,
    empty: 0,
    failed: [],
    rows: 0,
    requests: 0,
    retries: 0,
    units: 0,
    inFlight: new Set(),
    peakConcurrency: 0,
    fetchMs: 0,
    aggregateMs: 0,
  }
}

type Counter = 'requested' | 'skipped' | 'fetched' | 'rows' | 'requests' | 'retries' | 'units'

export function total({ tallies }: Progress, counter: Counter): number {
  return tallies.reduce((sum, tally) => sum + tally[counter], 0)
}

/** Time left at the pace so far; unknown before the first date, while nothing moves, and once nothing is left. */
export function etaMs(progress: Progress, nowMs: number): number | undefined {
  const done = total(progress, 'fetched') + failedOf(progress).length
  const left = total(progress, 'requested') - total(progress, 'skipped') - done
  if (progress.state !== 'running' || progress.waiting || done === 0 || left <= 0) return undefined
  return Math.round(((nowMs - progress.startedAtMs) / done) * left)
}

/** Dates stored a second, since it began. */
export function ratePerS(progress: Progress, nowMs: number): number {
  return total(progress, 'fetched') / Math.max(0.001, (nowMs - progress.startedAtMs) / 1000)
}

export interface FailedDate {
  report: ReportName
  customer_id: string
  date: string
  code: string
  detail: string
}

export function failedOf({ tallies }: Progress): FailedDate[] {
  return tallies.flatMap(({ report, customerId, failed }) =>
    failed.map((each) => ({ report, customer_id: customerId, ...each })),
  )
}

/** An abort decides first, then a quota, then failed dates. */
export function finalState(progress: Progress, interrupted: boolean): RunState {
  if (interrupted) return 'interrupted'
  if (progress.stopped === undefined && progress.parkedUntilMs !== undefined) return 'parked'
  return failedOf(progress).length > 0 || progress.stopped !== undefined ? 'failed' : 'done'
}
