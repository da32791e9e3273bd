/** The ads half as the server holds it: the store to read, runs to start, and the daily job. */
import type { Clock } from '#server/platform/clock.ts'
import type { Logger } from '#server/platform/log.ts'
import type { Metrics } from '#server/platform/metrics.ts'
import type { Siblings } from '#server/platform/siblings.ts'
import type { DateRange } from './calendar.ts'
import type { CheckStep } from './check.ts'
import type { SourceKind } from './connect.ts'
import type { Coverage } from './coverage.ts'
import type { Catalogue } from './definition/catalogue.ts'
import type { GroupBy } from './groups.ts'
import type { SpendOfItems } from './item-spend.ts'
import type { ReportName } from './options.ts'
import type { AskedRange, RunKind } from './plan.ts'
import type { AcquireRunLease } from './run/runner.ts'
import type { ReportRow } from './report-schema.ts'
import type { Account, Day, Restatement } from './schema.ts'
import type { Forecast, Run } from './run-schema.ts'
import type { AdsStatus } from './status-schema.ts'
import type { Selection } from './views.ts'

export interface Ads extends AsyncDisposable {
  /** Whose figures the store holds; `demo` ones are made up, and labelled so wherever they are shown. */
  readonly sourceName: SourceKind
  readonly isDemo: boolean
  readonly reports: readonly ReportName[]
  /** All that there are, asked for each day or not. */
  readonly catalogue: Pick<Catalogue, 'names' | 'get' | 'find'>
  /** Those that have figures, or had until they closed: a manager's accounts in its place, once they are known. */
  readonly customerIds: readonly string[]
  accounts(customerIds: readonly string[]): Account[]
  /** In which these accounts are charged, ISO 4217; empty while that is not known, or when they differ. */
  currencyOf(customerIds: readonly string[]): string
  /** In the account's time zone, once that is known. */
  yesterday(): string
  /** The time zone of the first account that is known. */
  zone(): string
  /** The two years up to yesterday. */
  twoYears(): DateRange
  /** Every date of the range, report and account by account. */
  days(selection: Selection): Day[]
  coverage(selection: Selection): Coverage[]
  sums(selection: Selection, by: GroupBy): Promise<ReportRow[]>
  /** What each item cost on each date that the store has, account by account. */
  itemSpend(range: DateRange): Promise<SpendOfItems>
  /** @throws ProblemError `STORE_BUSY`, or `UNAVAILABLE` when the configuration lets nothing be fetched */
  startRun(request: StartRun): Promise<Run>
  /** Newest first; of processes that do not share the port once they ended. */
  runs(): Run[]
  run(id: string): Run | undefined
  /** Stops a run of this process, or of another on its port; the dates that it stored stay. */
  cancelRun(id: string): void
  /** What a run would fetch and cost, from what the store holds; sends no request. */
  forecast(request: StartRun): Forecast
  /** What Google changed afterwards, newest first. */
  restatements(selection: Selection): Restatement[]
  /** The schedule, the quota, and what the store has. */
  status(): Promise<AdsStatus>
  /** Whether fetching would work, step by step; sends a few requests and stores nothing. */
  check(traceparent?: string): Promise<CheckStep[]>
  /**
   * What a server does as it starts: the daily job, if it missed a tick, else it fetches what is missing.
   * Finding the store busy or the source misconfigured is logged, not thrown.
   */
  catchUp(): void
  /** The daily job, until disposal. */
  startSchedule(): void
  /** Of that job, whichever server has it; null where there is none. */
  nextRun(): Date | null
}

export interface StartRun {
  kind: RunKind
  range?: AskedRange | undefined
  reports?: readonly ReportName[] | undefined
  customerIds?: readonly string[] | undefined
  refresh?: boolean | undefined
  traceparent?: string | undefined
}

export interface AdsParts {
  clock: Clock
  log: Logger
  acquireRunLease: AcquireRunLease
  metrics: Metrics
  /** Undefined where there are none. */
  siblings?: Siblings
  /** A run of this process is over and on record. */
  onRunEnded?: () => void
}
