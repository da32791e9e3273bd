/** The ads half as the server holds it: the store to read, runs to start, and the daily job. */
import type { Clock } from '#server/platform/clock.ts'
import type { Logger } from '#server/platform/log.ts'
import { ProblemError } from '#server/errors.ts'
import { clientsOf } from './accounts.ts'
import { addDays, dateIn, type DateRange } from './calendar.ts'
import { checkSource, customersOf, kindOf, type SourceKind, type StartDemo } from './connect.ts'
import { toNumber } from './decimal.ts'
import { ConfigurationError, StoreBusyError } from './errors.ts'
import type { AdsOptions, ReportName } from './options.ts'
import { twoYears, type DateOfReport, type RunKind } from './plan.ts'
import { beginRun, DEFAULT_LIMITS, type BegunRun } from './run.ts'
import { readRuns, toRun } from './run-record.ts'
import { scheduleDaily } from './schedule.ts'
import type { Day, ReportRow, Run } from './schema.ts'
import { readAccounts } from './store/accounts.ts'
import { StoreReader } from './store/reader.ts'
import {
  daysOf,
  groupRows,
  PRODUCT_ITEM_ID,
  rowsByCampaign,
  rowsByDate,
  rowsByProduct,
  selectLines,
  type Selection,
} from './views.ts'

export interface Ads extends AsyncDisposable {
  /** Whose figures the store holds; `demo` ones are made up, and labelled so wherever they are shown. */
  readonly sourceName: SourceKind
  readonly isDemo: boolean
  readonly reports: readonly ReportName[]
  /** Those that have figures: a manager's accounts in its place, once they are known. */
  readonly customerIds: readonly string[]
  /** In which these accounts are charged, ISO 4217; empty while that is not known, or when they differ. */
  currencyOf(customerIds: readonly string[]): string
  /** In the account's time zone, once that is known. */
  yesterday(): string
  /** The two years up to yesterday. */
  twoYears(): DateRange
  /** Every date of the range, report and account by account. */
  days(selection: Selection): Day[]
  sums(selection: Selection, by: 'date' | 'campaign' | 'product'): Promise<ReportRow[]>
  /** What was spent on each product, over all accounts. */
  spendByItem(range: DateRange): Promise<ItemSpend[]>
  /** @throws ProblemError `STORE_BUSY`, or `UNAVAILABLE` when the configuration lets nothing be fetched */
  startRun(request: StartRun): Run
  /** Newest first, those of other processes included once they ended. */
  runs(): Run[]
  run(id: string): Run | undefined
  /** Fetches what is missing; finding the store busy or the source misconfigured is logged, not thrown. */
  backfillInBackground(): void
  /** The daily job, until disposal. */
  startSchedule(): void
}

export interface ItemSpend {
  productItemId: string
  clicks: number
  costMicros: bigint
  conversions: number
}

export interface StartRun {
  kind: RunKind
  range?: DateRange | undefined
  reports?: readonly ReportName[] | undefined
  refresh?: boolean | undefined
}

export interface AdsParts {
  clock: Clock
  log: Logger
  startDemo: StartDemo
}

/** @throws ConfigurationError for a source or a schedule that can never work */
export function createAds(options: AdsOptions, parts: AdsParts): Ads {
  customersOf(options)
  checkSource(options)
  scheduleDaily({ cron: options.cron, zone: 'UTC' }, { run: async () => {}, log: parts.log })?.[
    Symbol.dispose
  ]()
  return new AdsService(options, parts)
}

interface CurrentRun extends BegunRun {
  control: AbortController
}

class AdsService implements Ads {
  readonly reports: readonly ReportName[]
  readonly #configuredIds: readonly string[]
  readonly #options: AdsOptions
  readonly #parts: AdsParts
  readonly #reader: StoreReader
  #current: CurrentRun | undefined
  #schedule: { zone: string; job: Disposable | undefined } | undefined

  constructor(options: AdsOptions, parts: AdsParts) {
    this.#options = options
    this.#parts = parts
    this.#reader = new StoreReader(options.dir)
    this.reports = options.reports
    this.#configuredIds = customersOf(options)
  }

  get sourceName(): SourceKind {
    return readAccounts(this.#options.dir)?.source ?? kindOf(this.#options)
  }

  get isDemo(): boolean {
    return this.sourceName === 'demo'
  }

  get customerIds(): readonly string[] {
    return clientsOf(this.#configuredIds, readAccounts(this.#options.dir)?.accounts ?? {})
  }

  currencyOf(customerIds: readonly string[]): string {
    const { accounts = {} } = readAccounts(this.#options.dir) ?? {}
    const currencies = new Set(customerIds.map((customerId) => accounts[customerId]?.currency ?? ''))
    const [first = ''] = currencies
    return currencies.size === 1 ? first : ''
  }

  yesterday(): string {
    return addDays(this.#today(), -1)
  }

  twoYears(): DateRange {
    return twoYears(this.#today())
  }

  days(selection: Selection): Day[] {
    const fetching = this.#current?.progress.tallies ?? []
    return daysOf(selection, {
      lines: this.#reader.lines(),
      failures: this.#reader.failures(),
      isFetching: ({ report, customerId, date }: DateOfReport) =>
        fetching.some(
          (tally) => tally.report === report && tally.customerId === customerId && tally.underWay.has(date),
        ),
    })
  }

  async sums(selection: Selection, by: 'date' | 'campaign' | 'product'): Promise<ReportRow[]> {
    const lines = selectLines(this.#reader.lines().values(), selection)
    if (by === 'date') return rowsByDate(lines)
    const { dir } = this.#options
    return by === 'campaign' ? await rowsByCampaign(dir, lines) : await rowsByProduct(dir, lines)
  }

  async spendByItem(range: DateRange): Promise<ItemSpend[]> {
    const selection: Selection = { range, reports: ['product'], customerIds: this.customerIds }
    const lines = selectLines(this.#reader.lines().values(), selection)
    const groups = await groupRows(this.#options.dir, lines, PRODUCT_ITEM_ID)
    return [...groups].map(([productItemId, { sums }]) => ({
      productItemId,
      clicks: Number(sums.clicks),
      costMicros: sums.costMicros,
      conversions: toNumber(sums.conversions),
    }))
  }

  startRun(request: StartRun): Run {
    try {
      return toRun(this.#begin(request), this.#parts.clock.now())
    } catch (error) {
      if (error instanceof StoreBusyError)
        throw new ProblemError('STORE_BUSY', error.message, { holder: error.holder ?? null })
      if (error instanceof ConfigurationError) throw new ProblemError('UNAVAILABLE', error.message)
      throw error
    }
  }

  runs(): Run[] {
    const kept = readRuns(this.#options.dir)
    const current = this.#current && toRun(this.#current.progress, this.#parts.clock.now())
    if (!current || kept.some(({ id }) => id === current.id)) return kept
    return [current, ...kept]
  }

  run(id: string): Run | undefined {
    return this.runs().find((each) => each.id === id)
  }

  backfillInBackground(): void {
    void this.#inBackground('backfill')
  }

  startSchedule(): void {
    const { cron, cronTimezone } = this.#options
    const zone = cronTimezone ?? this.#zone()
    if (this.#schedule?.zone === zone) return
    this.#schedule?.job?.[Symbol.dispose]()
    const run = async () => await this.#inBackground('daily')
    this.#schedule = { zone, job: scheduleDaily({ cron, zone }, { run, log: this.#parts.log }) }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#schedule?.job?.[Symbol.dispose]()
    this.#schedule = undefined
    this.#current?.control.abort(new Error('The server is stopping.'))
    await this.#current?.finished.catch(() => {})
  }

  async #inBackground(kind: RunKind): Promise<void> {
    try {
      this.#begin({ kind })
      await this.#current?.finished
    } catch (error) {
      const { log } = this.#parts
      if (error instanceof StoreBusyError) log.info({ kind }, error.message)
      else log.error({ kind, err: error }, 'the ads could not be fetched')
    }
  }

  #begin({ kind, range, reports = this.reports, refresh = false }: StartRun) {
    const control = new AbortController()
    const request = { kind, range, reports, customerIds: this.#configuredIds, refresh }
    const begun = beginRun(request, {
      ...this.#parts,
      options: this.#options,
      signal: control.signal,
      limits: DEFAULT_LIMITS,
    })
    const current = { ...begun, control }
    this.#current = current
    void this.#follow(current)
    return begun.progress
  }

  async #follow({ progress, finished }: CurrentRun): Promise<void> {
    const { log, clock } = this.#parts
    try {
      await finished
      const { id, kind, state, requested, skipped, done, failed_count } = toRun(progress, clock.now())
      log.info({ id, kind, state, requested, skipped, done, failed: failed_count }, 'an ads run has ended')
    } catch (error) {
      log.error({ err: error }, 'an ads run broke off')
    }
    // The first run has learned the account's time zone.
    if (this.#schedule) this.startSchedule()
  }

  #today(): string {
    return dateIn(this.#zone(), this.#parts.clock.now())
  }

  #zone(): string {
    const accounts = readAccounts(this.#options.dir)?.accounts ?? {}
    const known = this.customerIds.map((id) => accounts[id]).find((account) => account !== undefined)
    return known?.timeZone ?? this.#options.cronTimezone ?? 'UTC'
  }
}
