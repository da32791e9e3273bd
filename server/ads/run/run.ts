/** One run from end to end: lock, accounts, plan, fetch, index, aggregate, record. */
import { availableParallelism } from 'node:os'
import { requireSource, kindOf, openSource, type OpenSource } from '#server/ads/connect.ts'
import type { KnownAccounts } from './account-directory.ts'
import { dispatch } from './dispatch.ts'
import { toFailure, type FailureCode } from '#server/ads/errors.ts'
import type { ReportName } from '#server/ads/options.ts'
import { failedOf, finalState, startProgress, type Progress } from './progress.ts'
import { prepare } from './prepare.ts'
import type { RunContext, RunLimits, RunParts } from './run-context.ts'
import { saveRun, toRun } from './run-record.ts'
import { aggregate, formatsOf } from '#server/ads/store/aggregate.ts'
import { lockStore } from '#server/ads/store/lock.ts'
import { refuseMixing } from '#server/ads/store/ownership.ts'
import { sweepTmp, type Store } from '#server/ads/store/store.ts'
import type { RunRequest, Task } from './tasks.ts'
import type { Refusal } from './with-retries.ts'
import { WorkerPool } from '#server/ads/worker/pool.ts'

export const DEFAULT_LIMITS: RunLimits = {
  concurrency: 8,
  workers: Math.min(4, availableParallelism()),
  background: true,
}

export interface BegunRun {
  progress: Progress
  /** Rejects only for what keeps a run from being one: ConfigurationError, StoreError. */
  finished: Promise<void>
}

/**
 * Holds the store when it returns; the rest happens in the background and fills `progress`.
 * @throws ConfigurationError, StoreBusyError, StoreError
 */
export function beginRun(request: RunRequest, parts: RunParts): BegunRun {
  const { options, clock } = parts
  requireSource(options)
  refuseMixing(options.dir, kindOf(options))
  const lock = lockStore(options.dir, new Date(clock.now()).toISOString())
  const progress = startProgress({ ...request, source: kindOf(options) }, clock.now())
  return { progress, finished: runLocked({ ...parts, request, progress }, lock) }
}

async function runLocked(context: RunContext, lock: Disposable): Promise<void> {
  using held = new DisposableStack()
  held.use(lock)
  const { options, clock, progress, signal } = context
  let opened: Promise<OpenSource> | undefined
  const source = async () => await (opened ??= openSource(options, clock, context.request.traceparent))
  progress.state = 'running'
  try {
    await fetchAndStore(context, source)
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) {
      progress.stopped ??= toFailure(error)
      throw error
    }
  } finally {
    progress.finishedAtMs = clock.now()
    progress.state = finalState(progress, signal.aborted)
    await saveRun(options.dir, toRun(progress, clock.now())).catch((error: unknown) =>
      context.log.warn({ why: String(error) }, 'the run could not be recorded'),
    )
  }
}

async function fetchAndStore(context: RunContext, source: () => Promise<OpenSource>): Promise<void> {
  const { progress, signal } = context
  const { accounts, store, tasks, refusedReports } = await prepare(context, source)
  progress.tallies = tasks.map(({ tally }) => tally)
  progress.range = tasks[0]?.tally.range
  const open = refuse(tasks, { refusals: refusalsOf(accounts, refusedReports), context, store })
  try {
    if (open.some(({ due }) => due.length > 0)) await fetchDates(open, { context, store, source, accounts })
  } finally {
    await flush(store, context)
  }
  // A run that is told to stop has no time for it; the next one notices that the file is behind.
  if (!signal.aborted) await aggregateAll(context, store)
}

/** The dates are safe without it: what the index does not tell is found when the store is opened. */
async function flush(store: Store, { progress, log }: RunContext): Promise<void> {
  try {
    await store.flush()
  } catch (error) {
    progress.stopped ??= toFailure(error)
    log.error({ err: error }, 'the index could not be written')
  }
}

interface Refused extends Refusal {
  concerns: (tally: Task['tally']) => boolean
}

function refusalsOf(accounts: KnownAccounts, reports: ReadonlyMap<ReportName, Refusal>): Refused[] {
  return [
    ...[...accounts.refused].map(([customerId, refusal]) => ({
      ...refusal,
      concerns: (tally: Task['tally']) => tally.customerId === customerId,
    })),
    ...[...reports].map(([report, { failure, decision }]) => ({
      failure,
      decision,
      concerns: (tally: Task['tally']) => tally.report === report,
    })),
  ]
}

/** @returns the tasks that can be tried; the dates of the others are named with what was answered. */
function refuse(
  tasks: Task[],
  { refusals, context, store }: { refusals: readonly Refused[]; context: RunContext; store: Store },
): Task[] {
  const { progress, clock } = context
  const at = new Date(clock.now()).toISOString()
  const tried = new Set(tasks)
  for (const { failure, decision, concerns } of refusals) {
    if (decision.do === 'stop') progress.stopped ??= failure
    if (decision.do === 'park') progress.parkedUntilMs = clock.now() + decision.afterMs
    const everyone = decision.do === 'stop' && decision.scope === 'run'
    for (const task of tasks) {
      if (!everyone && !concerns(task.tally)) continue
      if (!tried.delete(task) || decision.do === 'park') continue
      const { code, detail } = failure
      const { report } = task.tally
      for (const date of task.due) {
        task.tally.failed.push({ date, code, detail })
        store.fail({ report, customerId: task.tally.customerId, date }, { code, detail, at })
      }
    }
  }
  return [...tried]
}

interface FetchParts {
  context: RunContext
  store: Store
  source: () => Promise<OpenSource>
  accounts: KnownAccounts
}

async function fetchDates(tasks: readonly Task[], parts: FetchParts): Promise<void> {
  const { context, store, source, accounts } = parts
  const { options, catalogue, progress, clock, signal, limits } = context
  const reports = Object.fromEntries(tasks.map(({ tally }) => [tally.report, catalogue.get(tally.report)]))
  const { spec: specFor, token } = await source()
  const spec = specFor(accounts.managers)
  const size = Math.min(limits.workers, limits.concurrency)
  const { dir, timeoutMs } = options
  progress.workers = size
  const startedAtMs = performance.now()
  {
    const { concurrency, background } = limits
    await using pool = new WorkerPool({ size, spec, token, dir, reports, timeoutMs, background })
    await dispatch(tasks, { pool, store, clock, signal, progress, random: Math.random, concurrency })
  }
  // Workers that were stopped in the middle of a date cannot clean up after themselves.
  await sweepTmp(dir)
  const fetchMs = Math.round(performance.now() - startedAtMs)
  for (const { tally, due } of tasks) if (due.length > 0) tally.fetchMs = fetchMs
}

async function aggregateAll(context: RunContext, store: Store): Promise<void> {
  const { request, options, catalogue, progress, log, signal, limits } = context
  for (const report of request.reports) {
    const startedAtMs = performance.now()
    try {
      const definition = catalogue.get(report)
      for (const format of formatsOf(options.dir, report, options.formats))
        await aggregate(
          options.dir,
          { report: definition, format },
          { ...limits, signal, lines: store.lines(), readsAll: request.kind === 'daily' },
        )
    } catch (error) {
      if (signal.aborted && error === signal.reason) return
      // The dates are safe; the old file is whole, and the next run builds it again.
      progress.stopped ??= toFailure(error)
      log.error({ err: error }, `the aggregated file of ${report} could not be rebuilt`)
    }
    const aggregateMs = Math.round(performance.now() - startedAtMs)
    for (const tally of progress.tallies) if (tally.report === report) tally.aggregateMs = aggregateMs
  }
}

export type ExitCode = 0 | 1 | 2 | 3 | 4

/** @returns the code of the contract for a run that was not interrupted */
export function exitCodeOf(progress: Progress): ExitCode {
  const code = progress.stopped?.code
  const ofFailure = code && exitCodeOfFailure(code)
  if (ofFailure === 2 || ofFailure === 3) return ofFailure
  if (progress.parkedUntilMs !== undefined) return 4
  return failedOf(progress).length > 0 || code !== undefined ? 1 : 0
}

/** Of a single failure that ended everything. */
export function exitCodeOfFailure(code: FailureCode): ExitCode {
  if (code === 'OAUTH_FAILED' || code === 'AUTHENTICATION_FAILED') return 3
  if (code === 'NOT_SERVED' || code === 'REPORT_INVALID') return 2
  return code === 'QUOTA_EXHAUSTED' ? 4 : 1
}
