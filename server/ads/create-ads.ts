/** Makes the ads half over a store. */
import type { Ads, AdsParts, StartRun } from './ads.ts'
import { addDays, dateIn, type DateRange } from './calendar.ts'
import { collectSteps, type CheckStep } from './check.ts'
import { requireSource, customersOf, kindOf, type SourceKind } from './connect.ts'
import { coverageOf, type Coverage } from './coverage.ts'
import { Catalogue } from './definition/catalogue.ts'
import { paceOf, toForecast } from './run/forecast.ts'
import { asProblem, planned } from './run/refusals.ts'
import { createRunMetrics, type DateCount } from './run/run-metrics.ts'
import { Figures } from './figures.ts'
import type { GroupBy } from './groups.ts'
import type { SpendOfItems } from './item-spend.ts'
import type { AdsOptions, ReportName } from './options.ts'
import { twoYears, type DateOfReport } from './plan.ts'
import { readRuns, toRun } from './run/run-record.ts'
import { Runner } from './run/runner.ts'
import { Mender } from './run/mender.ts'
import { isDue, isOverdue, nextTick, requireCron, scheduleDaily } from './run/schedule.ts'
import type { ReportRow } from './report-schema.ts'
import type { Account, Day, Restatement } from './schema.ts'
import type { Forecast, Run } from './run-schema.ts'
import { requireWritable, sourceOfStore } from './store/ownership.ts'
import { openAccounts, readableAccounts, readAccounts, type AccountsById } from './store/stored-accounts.ts'
import { DiskUseReader } from './store/disk-use.ts'
import { StoreReader } from './store/reader.ts'
import { readRestatements } from './store/restatements.ts'
import type { RunRequest } from './run/tasks.ts'
import { statusToWire } from './status.ts'
import type { AdsStatus } from './status-schema.ts'
import {
  accountsToWire,
  byDate,
  countStates,
  daysOf,
  selectLines,
  restatementsToWire,
  type Known,
  type Selection,
} from './views.ts'

/** A request that says nothing for longer is taken for dead. */
const CHECK_TIMEOUT_MS = 8_000

/** @throws ConfigurationError for a source, a report, a schedule or a folder that can never work */
export function createAds(options: AdsOptions, parts: AdsParts): Ads {
  customersOf(options)
  requireSource(options)
  requireWritable(options.dir)
  const catalogue = new Catalogue(options)
  for (const name of options.reports) catalogue.get(name)
  requireCron(options.cron)
  return new AdsService(options, { ...parts, catalogue })
}

class AdsService implements Ads {
  readonly reports: readonly ReportName[]
  readonly catalogue: Catalogue
  readonly #configuredIds: readonly string[]
  readonly #options: AdsOptions
  readonly #parts: AdsParts & { catalogue: Catalogue }
  readonly #reader: StoreReader
  readonly #figures: Figures
  readonly #disk: DiskUseReader
  readonly #runner: Runner
  #schedule: { zone: string; job: Disposable | undefined } | undefined

  constructor(options: AdsOptions, parts: AdsParts & { catalogue: Catalogue }) {
    this.#options = options
    this.#parts = parts
    const mender = new Mender({
      log: parts.log,
      mayFetch: () => this.#schedule?.job !== undefined || this.#leaderFetches(),
      fetch: (request) => this.#runner.inBackground(this.#requestFor(request), 'repair'),
    })
    this.#reader = new StoreReader(options.dir, (path) => mender.index(path))
    this.#figures = new Figures(options.dir, (error) => mender.date(error))
    this.#disk = new DiskUseReader(options.dir)
    this.reports = options.reports
    this.catalogue = parts.catalogue
    this.#configuredIds = customersOf(options)
    const metrics = createRunMetrics(parts.metrics, () => this.#countDates())
    // The first run has learned the account's time zone.
    const onEndedElsewhere = () => {
      if (this.#schedule) this.startSchedule()
    }
    const onEnded = () => {
      onEndedElsewhere()
      parts.onRunEnded?.()
    }
    this.#runner = new Runner({ ...parts, options, metrics, onEnded, onEndedElsewhere })
  }

  get sourceName(): SourceKind {
    return sourceOfStore(this.#options.dir) ?? kindOf(this.#options)
  }

  get isDemo(): boolean {
    return this.sourceName === 'demo'
  }

  get customerIds(): readonly string[] {
    return readableAccounts(this.#configuredIds, this.#accounts())
  }

  accounts(customerIds: readonly string[]): Account[] {
    return accountsToWire(customerIds, this.#accounts(), this.#reader.lines().values())
  }

  currencyOf(customerIds: readonly string[]): string {
    const accounts = this.#accounts()
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
    return daysOf(selection, this.#known())
  }

  coverage(selection: Selection): Coverage[] {
    return coverageOf(selection, this.#reader.lines(), this.catalogue)
  }

  async sums(selection: Selection, by: GroupBy): Promise<ReportRow[]> {
    const { range } = selection
    const all = [...this.#reader.lines().values()].filter(this.catalogue.isCurrent)
    const ranges = [range, ...(by.before ? [by.before] : [])]
    const lines = new Set(ranges.flatMap((each) => selectLines(all, { ...selection, range: each })))
    const { currencyOf } = this.#stored()
    return await this.#figures.sums([...lines].toSorted(byDate), by, { range, currencyOf })
  }

  async itemSpend(range: DateRange): Promise<SpendOfItems> {
    const selection: Selection = { range, reports: ['product'], customerIds: this.customerIds }
    const accounts = this.#accounts()
    return await this.#figures.itemSpend(selectLines(this.#reader.lines().values(), selection), {
      zoneOf: (customerId) => accounts[customerId]?.timeZone ?? this.zone(),
      currencyOf: this.#stored().currencyOf,
      nowMs: this.#parts.clock.now(),
    })
  }

  zone(): string {
    const accounts = this.#accounts()
    const known = this.customerIds.map((id) => accounts[id]).find((account) => account !== undefined)
    return known?.timeZone ?? this.#options.cronTimezone ?? 'UTC'
  }

  async startRun(request: StartRun): Promise<Run> {
    try {
      // A range without a date in it is told now, not by a run that ends at once.
      this.forecast(request)
      const { progress } = await this.#runner.begin(this.#requestFor(request), 'api')
      return toRun(progress, this.#parts.clock.now())
    } catch (error) {
      throw asProblem(error)
    }
  }

  runs(): Run[] {
    const kept = readRuns(this.#options.dir)
    const { current } = this.#runner
    const run = current && toRun(current, this.#parts.clock.now())
    if (!run || kept.some(({ id }) => id === run.id)) return kept
    return [run, ...kept]
  }

  run(id: string): Run | undefined {
    return this.runs().find((each) => each.id === id)
  }

  cancelRun(id: string): void {
    this.#runner.cancel(id)
  }

  forecast(asked: StartRun): Forecast {
    const nowMs = this.#parts.clock.now()
    const accounts = this.#accounts()
    const customerIds = openAccounts(asked.customerIds ?? this.#configuredIds, accounts)
    const request = this.#requestFor({ ...asked, customerIds })
    const notices: string[] = []
    const { tasks, cost } = planned(request, {
      nowMs,
      lookbackOf: () => this.#options.lookbackDays,
      limitedHistory: kindOf(this.#options) !== 'module',
      zoneOf: (id) => accounts[id]?.timeZone ?? this.zone(),
      lines: this.#reader.lines(),
      runs: this.runs(),
      onNotice: (notice) => notices.push(notice),
    })
    return toForecast(tasks, cost, { rate: paceOf(this.runs(), nowMs), notices })
  }

  restatements({ range, reports, customerIds }: Selection): Restatement[] {
    const found = readRestatements(this.#options.dir, range)
    return restatementsToWire(
      found.filter((each) => reports.includes(each.report) && customerIds.includes(each.customerId)),
    )
  }

  async status(): Promise<AdsStatus> {
    const nowMs = this.#parts.clock.now()
    const { sourceName: source, customerIds } = this
    return statusToWire(this.#options, {
      nowMs,
      source,
      accounts: this.accounts(customerIds),
      dates: this.#countDates(),
      zone: this.#options.cronTimezone ?? this.zone(),
      nextRun: this.nextRun(),
      stored: [...this.#reader.lines().values()],
      runs: this.runs(),
      disk: await this.#disk.read(nowMs),
    })
  }

  async check(traceparent?: string): Promise<CheckStep[]> {
    const { clock } = this.#parts
    const signal = AbortSignal.timeout(CHECK_TIMEOUT_MS)
    const { catalogue, reports } = this
    const of = { options: this.#options, customerIds: this.#configuredIds, reports, catalogue }
    return await collectSteps({ ...of, clock, signal, traceparent })
  }

  catchUp(): void {
    const { cron, cronTimezone, dir } = this.#options
    const schedule = { cron, zone: cronTimezone ?? this.zone() }
    const kind = isOverdue(schedule, readRuns(dir), this.#parts.clock.now()) ? 'daily' : 'backfill'
    void this.#runner.inBackground(this.#requestFor({ kind }), 'start')
  }

  startSchedule(): void {
    const { cron, cronTimezone, dir } = this.#options
    const { clock, log } = this.#parts
    const zone = cronTimezone ?? this.zone()
    if (this.#schedule?.zone === zone) return
    this.#schedule?.job?.[Symbol.dispose]()
    const run = async () => await this.#runner.inBackground(this.#requestFor({ kind: 'daily' }), 'schedule')
    const isNew = () => isDue({ cron, zone }, readRuns(dir), clock.now())
    this.#schedule = { zone, job: scheduleDaily({ cron, zone }, { run, isNew, log }) }
  }

  nextRun(): Date | null {
    const { cron, cronTimezone } = this.#options
    return nextTick({ cron, zone: cronTimezone ?? this.zone() })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#schedule?.job?.[Symbol.dispose]()
    this.#schedule = undefined
    await this.#runner[Symbol.asyncDispose]()
  }

  /** Another server on the port has the daily job. */
  #leaderFetches(): boolean {
    return this.#parts.siblings?.sharesPort === true && this.#options.cron !== 'off'
  }

  #countDates(): DateCount[] {
    const { reports, customerIds } = this
    return countStates({ range: this.twoYears(), reports, customerIds }, this.#known())
  }

  #accounts(): AccountsById {
    return readAccounts(this.#options.dir)?.accounts ?? {}
  }

  #stored() {
    const accounts = this.#accounts()
    const { dir } = this.#options
    return { dir, currencyOf: (customerId: string) => accounts[customerId]?.currency ?? '' }
  }

  #known(): Known {
    const fetching = this.#runner.current?.tallies ?? []
    const accounts = this.#accounts()
    return {
      isClosed: (customerId) => accounts[customerId]?.closed !== undefined,
      isCurrent: this.catalogue.isCurrent,
      lines: this.#reader.lines(),
      failures: this.#reader.failures(),
      isFetching: ({ report, customerId, date }: DateOfReport) =>
        fetching.some(
          (tally) => tally.report === report && tally.customerId === customerId && tally.inFlight.has(date),
        ),
    }
  }

  #requestFor(request: StartRun): RunRequest {
    const { kind, range, refresh = false, traceparent } = request
    const { reports = this.reports, customerIds = this.#configuredIds } = request
    return { kind, range, reports, customerIds, refresh, traceparent }
  }

  #today(): string {
    return dateIn(this.zone(), this.#parts.clock.now())
  }
}
