/** The workers, seen from the coordinator: give a date, get a written file or a failure. */
import { unlink } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { toFailure, type Failure } from '#server/ads/errors.ts'
import type { Meter, TokenSource } from '#server/ads/google/client.ts'
import type { WrittenFile } from '#server/ads/store/write-date.ts'
import type { DateToFetch, FromWorker, ToWorker, WorkerSetup } from './protocol.ts'

export type Outcome =
  | { type: 'fetched'; file: WrittenFile; meter: Meter }
  | { type: 'failed'; failure: Failure; meter: Meter }
  | { type: 'aborted' }

export interface PoolOptions extends WorkerSetup {
  size: number
  token: TokenSource
}

interface Waiting {
  settle(outcome: Outcome): void
  deadline: ReturnType<typeof setTimeout>
}

interface Slot {
  worker: Worker
  waiting: Map<number, Waiting>
}

/** A worker watches the clock itself; one that does not answer by then hangs in an endless loop. */
const UNRESPONSIVE_AFTER_MS = 5_000

/** A thread that was told to end is gone within milliseconds; one that is not, in a source's native code, is left. */
const TERMINATE_TIMEOUT_MS = 1_000

export class WorkerPool implements AsyncDisposable {
  readonly #options: PoolOptions
  readonly #slots = new Set<Slot>()
  readonly #leaving = new Set<Promise<void>>()
  #nextId = 0

  constructor(options: PoolOptions) {
    this.#options = options
  }

  async fetch(of: DateToFetch, signal: AbortSignal): Promise<Outcome> {
    if (signal.aborted) return { type: 'aborted' }
    const slot = this.#leastBusy()
    const id = this.#nextId++
    const done = Promise.withResolvers<Outcome>()
    const abort = () => {
      post(slot.worker, { type: 'abort', id })
      this.#settle(slot, id, { type: 'aborted' })
    }
    const deadline = setTimeout(
      () => this.#retire(slot, 'A worker did not answer in time.'),
      this.#options.timeoutMs + UNRESPONSIVE_AFTER_MS,
    )
    slot.waiting.set(id, { settle: done.resolve, deadline })
    signal.addEventListener('abort', abort, { once: true })
    post(slot.worker, { type: 'fetch', id, of })
    try {
      return await done.promise
    } finally {
      signal.removeEventListener('abort', abort)
    }
  }

  /** When it resolves, no worker writes any more. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const slot of this.#slots) this.#retire(slot, 'The pool is closed.')
    await Promise.race([Promise.all(this.#leaving), sleep(TERMINATE_TIMEOUT_MS, undefined, { ref: false })])
  }

  /** Workers start when there is work for them; one that died is replaced the same way. */
  #leastBusy(): Slot {
    const idlest = [...this.#slots].toSorted((a, b) => a.waiting.size - b.waiting.size)[0]
    if (idlest && (idlest.waiting.size === 0 || this.#slots.size >= this.#options.size)) return idlest
    return this.#spawn()
  }

  #spawn(): Slot {
    // A small heap: dates of any size pass through a worker, and what it once took would never come back.
    const worker = new Worker(new URL('./worker.ts', import.meta.url).href, { smol: true })
    const slot: Slot = { worker, waiting: new Map() }
    worker.addEventListener('message', (event: MessageEvent<FromWorker>) => this.#hear(slot, event.data))
    worker.addEventListener('error', (event) => {
      event.preventDefault()
      this.#retire(slot, `A worker died: ${errorIn(event.message)}`)
    })
    worker.addEventListener('close', () => this.#retire(slot, 'A worker ended.'))
    const { spec, dir, reports, timeoutMs, background } = this.#options
    post(worker, { type: 'start', setup: { spec, dir, reports, timeoutMs, background } })
    this.#slots.add(slot)
    return slot
  }

  #hear(slot: Slot, message: FromWorker): void {
    if (message.type === 'token-wanted') void this.#giveToken(slot.worker, message)
    else if (message.type === 'failed') this.#settle(slot, message.id, message)
    else if (!this.#settle(slot, message.id, message)) void discard(message.file)
  }

  async #giveToken(worker: Worker, { id, refused }: { id: number; refused: string | undefined }) {
    try {
      post(worker, { type: 'token', id, token: await this.#options.token(refused) })
    } catch (error) {
      post(worker, { type: 'no-token', id, failure: toFailure(error) })
    }
  }

  #settle(slot: Slot, id: number, outcome: Outcome): boolean {
    const waiting = slot.waiting.get(id)
    if (!waiting) return false
    slot.waiting.delete(id)
    clearTimeout(waiting.deadline)
    waiting.settle(outcome)
    return true
  }

  #retire(slot: Slot, why: string): void {
    if (!this.#slots.delete(slot)) return
    const left = Promise.withResolvers<void>()
    this.#leaving.add(left.promise)
    slot.worker.addEventListener('close', () => left.resolve())
    slot.worker.terminate()
    const failure: Failure = { code: 'WORKER_DIED', detail: why.slice(0, 500) }
    for (const id of slot.waiting.keys())
      this.#settle(slot, id, { type: 'failed', failure, meter: { requests: 0, units: 0 } })
  }
}

/** An outcome without a caller: its date was stopped just before it was done. */
async function discard({ tmpPath }: WrittenFile): Promise<void> {
  await unlink(tmpPath).catch(() => {})
}

/** Bun tells a throw with the source around it and its stack; the error itself is the line that names it. */
function errorIn(message: string): string {
  const line = message.split('\n').find((each) => /^\w*(Error|Exception)\b.*: /.test(each))
  return line ?? message.split('\n')[0] ?? ''
}

function post(worker: Worker, message: ToWorker): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no origin, only windows do
  worker.postMessage(message)
}
