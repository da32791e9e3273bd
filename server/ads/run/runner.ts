/** Begins runs and sees them to their end: one at a time in this process, and among all servers of one database. */
import type { Clock } from '#server/platform/clock.ts'
import type { Logger } from '#server/platform/log.ts'
import type { Siblings } from '#server/platform/siblings.ts'
import { readHolder } from '#server/ads/store/lock.ts'
import { RunElsewhereError, StoreBusyError } from '#server/ads/errors.ts'
import type { RunMetrics, Trigger } from './run-metrics.ts'
import type { Catalogue } from '#server/ads/definition/catalogue.ts'
import type { AdsOptions } from '#server/ads/options.ts'
import type { Progress } from './progress.ts'
import { beginRun, DEFAULT_LIMITS, type BegunRun } from './run.ts'
import { RunElsewhere } from './elsewhere.ts'
import { toRun } from './run-record.ts'
import type { RunRequest } from './tasks.ts'

/** Holds the right to run; undefined when another server has it. */
export type AcquireRunLease = () => Promise<AsyncDisposable | undefined>

export interface RunnerParts {
  options: AdsOptions
  catalogue: Catalogue
  clock: Clock
  log: Logger
  acquireRunLease: AcquireRunLease
  metrics: RunMetrics
  siblings?: Siblings
  onEnded: () => void
  /** A run of another server on the port is over. */
  onEndedElsewhere: () => void
}

interface CurrentRun extends BegunRun {
  cancelling: AbortController
  /** The other servers know of it, and so it may be told. */
  isHeard: boolean
  /** Settles when the run is over and its lock is given back; never rejects. */
  over: Promise<void>
}

export class Runner implements AsyncDisposable {
  readonly #parts: RunnerParts
  readonly #stopping = new AbortController()
  readonly #elsewhere: RunElsewhere
  #current: CurrentRun | undefined

  constructor(parts: RunnerParts) {
    this.#parts = parts
    const { siblings, onEndedElsewhere: onOver } = parts
    this.#elsewhere = new RunElsewhere({ siblings, onOver, cancel: (id) => this.#cancelOwn(id) })
  }

  /** Of this server or another on its port; else the last one that was begun here. */
  get current(): Progress | undefined {
    const own = this.#current?.isHeard === true ? this.#current.progress : undefined
    const isOver = own?.finishedAtMs !== undefined
    return own && !isOver ? own : (this.#elsewhere.current ?? own)
  }

  /** @throws ConfigurationError, StoreBusyError, RunElsewhereError, StoreError */
  async begin(request: RunRequest, trigger: Trigger): Promise<CurrentRun> {
    try {
      return await this.#begin(request, trigger)
    } catch (error) {
      this.#parts.metrics.refused(trigger, isBusy(error) ? 'busy' : 'error')
      throw error
    }
  }

  /** The same, to its end; what keeps it from running is logged, not thrown. */
  async inBackground(request: RunRequest, trigger: Trigger): Promise<void> {
    const { log } = this.#parts
    const { kind } = request
    try {
      const { over } = await this.begin(request, trigger)
      await over
    } catch (error) {
      if (isBusy(error)) log.info({ kind }, error.message)
      else log.error({ kind, err: error }, 'the ads could not be fetched')
    }
  }

  /** Ends it at a date's boundary, as a stop of the server would; nothing happens to one that is over. */
  cancel(id: string): void {
    if (!this.#cancelOwn(id)) this.#elsewhere.cancel(id)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort(new Error('The server is stopping.'))
    await this.#current?.over
  }

  #cancelOwn(id: string): boolean {
    if (this.#current?.progress.id !== id) return false
    this.#current.cancelling.abort(new Error('The run was cancelled.'))
    return true
  }

  async #begin(request: RunRequest, trigger: Trigger): Promise<CurrentRun> {
    const { acquireRunLease, metrics } = this.#parts
    // It is told as finished a moment before its locks are free.
    if (this.#current?.progress.finishedAtMs !== undefined) await this.#current.over
    await using held = new AsyncDisposableStack()
    const lock = await acquireRunLease()
    if (!lock) throw busyWith(this.#parts.options.dir)
    held.use(lock)
    this.#stopping.signal.throwIfAborted()
    const cancelling = new AbortController()
    const signal = AbortSignal.any([this.#stopping.signal, cancelling.signal])
    const begun = beginRun(request, { ...this.#parts, signal, limits: DEFAULT_LIMITS })
    metrics.begun(begun.progress)
    held.use(this.#elsewhere.tell(begun.progress))
    const over = this.#seeThrough(begun, { trigger, held: held.move() })
    const current = { ...begun, cancelling, over, isHeard: false }
    this.#current = current
    await this.#elsewhere.heard()
    current.isHeard = true
    return current
  }

  async #seeThrough(
    { progress, finished }: BegunRun,
    { trigger, held }: { trigger: Trigger; held: AsyncDisposable },
  ): Promise<void> {
    const { log, clock, metrics, onEnded } = this.#parts
    try {
      await using _ = held
      await finished
      const { id, kind, state, requested, skipped, done, failed_count } = toRun(progress, clock.now())
      log.info({ id, kind, state, requested, skipped, done, failed: failed_count }, 'an ads run has ended')
    } catch (error) {
      log.error({ err: error }, 'an ads run broke off')
    }
    metrics.ended(progress, trigger)
    onEnded()
  }
}

/** Where the store's folder is shared, its holder is known. */
function busyWith(dir: string): StoreBusyError | RunElsewhereError {
  const holder = readHolder(dir)
  return holder ? new StoreBusyError(dir, holder) : new RunElsewhereError()
}

export function isBusy(error: unknown): error is StoreBusyError | RunElsewhereError {
  return error instanceof StoreBusyError || error instanceof RunElsewhereError
}
