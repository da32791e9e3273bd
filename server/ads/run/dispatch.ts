/**
 * Keeps as many dates in flight as the pace allows, and applies to each outcome what retry.ts decides. It owns no
 * policy: what is retried is in retry.ts, how fast in pacing.ts, what is stored in store/.
 */
import type { Clock } from '#server/platform/clock.ts'
import { toFailure, type Failure, type FailureCode } from '#server/ads/errors.ts'
import {
  afterFault,
  afterOutageSign,
  afterSuccess,
  afterThrottle,
  outageSignIn,
  startPace,
  type OutageSign,
  type Pace,
} from './pacing.ts'
import type { DateOfReport } from '#server/ads/plan.ts'
import type { Progress, ReportProgress } from './progress.ts'
import { decide, type Decision, type StopScope } from './retry.ts'
import type { Store } from '#server/ads/store/store.ts'
import type { Task } from './tasks.ts'
import type { Outcome, WorkerPool } from '#server/ads/worker/pool.ts'

export interface DispatchParts {
  pool: Pick<WorkerPool, 'fetch'>
  store: Pick<Store, 'commit' | 'fail'>
  clock: Clock
  random: () => number
  signal: AbortSignal
  concurrency: number
  progress: Progress
}

interface Job {
  tally: ReportProgress
  date: string
  /** Counts towards giving up; an outage is not held against a date. */
  attempt: number
  isRetry: boolean
  /** How often its stream broke off after it had begun. */
  streamFailures: number
  notBeforeMs: number
}

type Fetched = Extract<Outcome, { type: 'fetched' }>

interface Hold {
  untilMs: number
  reason: string
  code: FailureCode
}

/** Dates that are not to be tried any more: named as failed, or left as they are. */
interface Stop {
  matches: (tally: ReportProgress) => boolean
  failure?: Failure
}

/** A date whose stream broke this often is asked for in pages: each page is a short answer of its own. */
const BREAKS_UNTIL_PAGES = 3
/** So many streams in a row, of whatever dates, are no accident: from there on the whole run asks in pages. */
const BREAKS_UNTIL_ALL_PAGES = 10

/** Ends when every date is stored, failed, stopped or parked; never throws for a date. */
export async function dispatch(tasks: readonly Task[], parts: DispatchParts): Promise<void> {
  await new Dispatcher(tasks, parts).run()
}

class Dispatcher {
  readonly #parts: DispatchParts
  readonly #waiting: Job[]
  readonly #fetching = new Map<Job, AbortController>()
  readonly #closures: Stop[] = []
  /** Until when an account pauses; with the empty key, all accounts. */
  readonly #holds = new Map<string, Hold>()
  readonly #ended = Promise.withResolvers<void>()
  #active = 0
  /** Being put into its place. The next date need not wait for the disk, as long as the disk keeps up. */
  #storing = 0
  #pace: Pace
  #breaksInRow = 0
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(tasks: readonly Task[], parts: DispatchParts) {
    this.#parts = parts
    this.#pace = startPace(parts.concurrency)
    this.#waiting = tasks
      .flatMap(({ tally, due }) =>
        due.map((date) => ({ tally, date, attempt: 1, isRetry: false, streamFailures: 0, notBeforeMs: 0 })),
      )
      .toSorted((a, b) => (a.date > b.date ? -1 : Number(a.date < b.date)))
  }

  async run(): Promise<void> {
    const { signal } = this.#parts
    const interrupt = () => this.#close({ matches: () => true }, { abortInFlight: true })
    signal.addEventListener('abort', interrupt, { once: true })
    if (signal.aborted) interrupt()
    this.#pump()
    await this.#ended.promise
    signal.removeEventListener('abort', interrupt)
  }

  #pump(): void {
    clearTimeout(this.#timer)
    const nowMs = this.#parts.clock.now()
    while (this.#mayBegin()) {
      const index = this.#waiting.findIndex((job) => this.#readyAtMs(job) <= nowMs)
      const [job] = index === -1 ? [] : this.#waiting.splice(index, 1)
      if (!job) break
      this.#attempt(job).catch((error: unknown) => this.#ended.reject(error))
    }
    // In an outage a probe is under way, or will be: what is waited for stays the same.
    if (!this.#pace.outage) this.#parts.progress.waiting = undefined
    if (this.#active + this.#storing > 0) {
      if (this.#mayBegin()) this.#wakeUp(nowMs)
      return
    }
    if (this.#waiting.length === 0) {
      this.#ended.resolve()
      return
    }
    const held = [...this.#holds.values()].find(({ untilMs }) => untilMs > nowMs)
    const untilMs = this.#wakeUp(nowMs)
    this.#parts.progress.waiting = {
      reason: held?.reason ?? 'retrying after a fault',
      code: held?.code,
      untilMs: untilMs ?? nowMs,
    }
  }

  #mayBegin(): boolean {
    return this.#active < Math.floor(this.#pace.limit) && this.#storing < this.#parts.concurrency
  }

  #wakeUp(nowMs: number): number | undefined {
    if (this.#waiting.length === 0) return undefined
    const nextMs = this.#waiting.reduce(
      (least, job) => Math.min(least, this.#readyAtMs(job)),
      Number.POSITIVE_INFINITY,
    )
    if (nextMs > nowMs) this.#timer = setTimeout(() => this.#pump(), nextMs - nowMs)
    return nextMs
  }

  #readyAtMs({ tally, notBeforeMs }: Job): number {
    const holds = [this.#holds.get(''), this.#holds.get(tally.customerId)]
    return Math.max(notBeforeMs, ...holds.map((hold) => hold?.untilMs ?? 0))
  }

  async #attempt(job: Job): Promise<void> {
    const { tally } = job
    const sentMs = this.#parts.clock.now()
    const control = new AbortController()
    this.#active++
    this.#fetching.set(job, control)
    tally.inFlight.add(job.date)
    const atOnce = [...this.#fetching.keys()].filter((each) => each.tally === tally).length
    tally.peakConcurrency = Math.max(tally.peakConcurrency, atOnce)
    const paged = this.#isPaged(job)
    const outcome = await this.#parts.pool.fetch({ ...ofJob(job), paged }, control.signal)
    if (outcome.type === 'fetched' && !paged) this.#breaksInRow = 0
    this.#fetching.delete(job)
    this.#active--
    if (outcome.type !== 'aborted') this.#count(job, outcome)
    if (outcome.type === 'failed') this.#decide(job, outcome.failure, sentMs)
    if (outcome.type === 'fetched') await this.#store(job, outcome, sentMs)
    tally.inFlight.delete(job.date)
    this.#pump()
  }

  #isPaged({ streamFailures }: Job): boolean {
    return streamFailures >= BREAKS_UNTIL_PAGES || this.#breaksInRow >= BREAKS_UNTIL_ALL_PAGES
  }

  #count({ tally, isRetry }: Job, { meter: { requests, units } }: Exclude<Outcome, { type: 'aborted' }>) {
    tally.requests += requests
    tally.units += units
    tally.retries += isRetry ? requests : Math.max(0, requests - 1)
  }

  async #store(job: Job, { file, meter }: Fetched, sentMs: number): Promise<void> {
    const { tally } = job
    this.#storing++
    this.#pace = afterSuccess(this.#pace)
    this.#pump()
    try {
      const atMs = this.#parts.clock.now()
      await this.#parts.store.commit(ofJob(job), { file, units: meter.units, atMs })
      tally.fetched++
      tally.rows += file.rows
      if (file.rows === 0) tally.empty++
    } catch (error) {
      this.#decide(job, toFailure(error), sentMs)
    } finally {
      this.#storing--
    }
  }

  #decide(failed: Job, failure: Failure, sentMs: number): void {
    const job = failure.midStream ? { ...failed, streamFailures: failed.streamFailures + 1 } : failed
    if (failure.midStream) this.#breaksInRow++
    const decision = decide(failure, job.attempt, this.#parts.random)
    const sign = outageSignIn(failure)
    if (sign) this.#decideOutage(job, failure, { decision, kind: sign, sentMs })
    else if (decision.do === 'stop') this.#stop(job, failure, decision.scope)
    else if (decision.do === 'park') this.#park(job, failure, decision)
    else if (decision.do === 'fail') this.#fail(job, failure)
    else {
      if (failure.code === 'RATE_LIMITED') this.#slowDown(job, failure, { sentMs, ...decision })
      this.#retryOrFail(job, failure, decision)
    }
  }

  #decideOutage(
    job: Job,
    failure: Failure,
    { decision, kind, sentMs }: { decision: Decision; kind: OutageSign['kind']; sentMs: number },
  ): void {
    const nowMs = this.#parts.clock.now()
    const { pace, outage } = afterOutageSign(this.#pace, { kind, sentMs, nowMs })
    this.#pace = pace
    if (outage === 'over-long') this.#stop(job, failure, 'run')
    else if (outage === 'known') this.#retry({ ...job, attempt: job.attempt - 1 }, nowMs)
    else if (outage !== 'none') {
      const untilMs = nowMs + outage.pauseMs
      this.#hold('', { untilMs, reason: failure.detail, code: failure.code })
      this.#retry({ ...job, attempt: job.attempt - 1 }, untilMs)
    } else if (decision.do === 'retry') this.#retryOrFail(job, failure, decision)
    else this.#fail(job, failure)
  }

  #retryOrFail(job: Job, failure: Failure, { afterMs }: { afterMs: number }): void {
    const waits = failure.code === 'RATE_LIMITED'
    const { pace, mayRetry } = waits ? { pace: this.#pace, mayRetry: true } : afterFault(this.#pace)
    this.#pace = pace
    if (mayRetry) this.#retry(job, this.#parts.clock.now() + afterMs)
    else this.#fail(job, failure)
  }

  #retry(job: Job, notBeforeMs: number): void {
    const closure = this.#closures.find(({ matches }) => matches(job.tally))
    if (!closure) this.#waiting.unshift({ ...job, attempt: job.attempt + 1, isRetry: true, notBeforeMs })
    else if (closure.failure) this.#fail(job, closure.failure)
  }

  #slowDown(
    { tally }: Job,
    failure: Failure,
    { sentMs, afterMs }: { sentMs: number; afterMs: number },
  ): void {
    const nowMs = this.#parts.clock.now()
    this.#pace = afterThrottle(this.#pace, { sentMs, nowMs })
    const whom = failure.rateScope === 'developer' ? '' : tally.customerId
    const { detail: reason, code } = failure
    this.#hold(whom, { untilMs: nowMs + (failure.retryAfterMs ?? afterMs), reason, code })
  }

  #hold(whom: string, hold: Hold): void {
    if (hold.untilMs > (this.#holds.get(whom)?.untilMs ?? 0)) this.#holds.set(whom, hold)
  }

  #fail({ tally, date }: Pick<Job, 'tally' | 'date'>, { code, detail }: Failure): void {
    tally.failed.push({ date, code, detail })
    const of = { report: tally.report, customerId: tally.customerId, date }
    this.#parts.store.fail(of, { code, detail, at: new Date(this.#parts.clock.now()).toISOString() })
  }

  /** The dates that were not tried are named too: none of them can arrive before a person has acted. */
  #stop(job: Job, failure: Failure, scope: StopScope): void {
    this.#parts.progress.stopped ??= failure
    const matches = (tally: ReportProgress) => isInScope(tally, scope, job.tally)
    const dropped = this.#close({ matches, failure }, { abortInFlight: true })
    for (const each of [job, ...dropped]) this.#fail(each, failure)
  }

  /** Parked dates are not failed: they are missing, and the next run takes them up. What is under way may end. */
  #park({ tally }: Job, failure: Failure, { afterMs }: Extract<Decision, { do: 'park' }>): void {
    const { progress, clock } = this.#parts
    progress.parkedUntilMs = Math.max(progress.parkedUntilMs ?? 0, clock.now() + afterMs)
    const matches = (other: ReportProgress) =>
      failure.rateScope !== 'account' || other.customerId === tally.customerId
    this.#close({ matches }, { abortInFlight: false })
  }

  #close(closure: Stop, { abortInFlight }: { abortInFlight: boolean }): Job[] {
    this.#closures.push(closure)
    const concerned = ({ tally }: Job) => closure.matches(tally)
    const queued = this.#waiting.filter(concerned)
    const kept = this.#waiting.filter((job) => !concerned(job))
    this.#waiting.splice(0, this.#waiting.length, ...kept)
    const cut = abortInFlight ? [...this.#fetching].filter(([job]) => concerned(job)) : []
    for (const [job, control] of cut) {
      this.#fetching.delete(job)
      control.abort()
    }
    // No other event would end the run when nothing is left.
    if (this.#active === 0) this.#pump()
    return [...queued, ...cut.map(([job]) => job)]
  }
}

function ofJob({ tally, date }: Job): DateOfReport {
  return { report: tally.report, customerId: tally.customerId, date }
}

function isInScope(tally: ReportProgress, scope: StopScope, of: ReportProgress): boolean {
  if (scope === 'run') return true
  // What one account refuses, another may answer.
  return tally.customerId === of.customerId && (scope === 'customer' || tally.report === of.report)
}
