/** A worker: fetches dates, writes each to a temp file, and answers with a message, whatever happens. */
import { FetchError, TimeoutError, toFailure } from '#server/ads/errors.ts'
import type { Meter } from '#server/ads/google/client.ts'
import { createFetchData, type FetchData } from '#server/ads/source.ts'
import { writeDate, type WrittenFile } from '#server/ads/store/write-date.ts'
import { giveWay } from './give-way.ts'
import type { DateToFetch, FromWorker, ToWorker, WorkerSetup } from './protocol.ts'

declare const self: Worker

interface Ready extends WorkerSetup {
  fetchData: FetchData
}

const ready = Promise.withResolvers<Ready>()
// A source that cannot be built is reported by every fetch that waits for it.
ready.promise.catch(() => {})
const running = new Map<number, AbortController>()
const awaitedTokens = new Map<number, PromiseWithResolvers<string>>()
let nextTokenId = 0

self.addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  if (data.type === 'start') void start(data.setup)
  else if (data.type === 'fetch') void answer(data.id, data.of)
  else if (data.type === 'abort') running.get(data.id)?.abort(new Error('The run was stopped.'))
  else settleToken(data)
})

async function start(setup: WorkerSetup): Promise<void> {
  if (setup.background) giveWay()
  try {
    ready.resolve({ ...setup, fetchData: await createFetchData(setup.spec, wantToken) })
  } catch (error) {
    ready.reject(error)
  }
}

async function answer(id: number, of: DateToFetch): Promise<void> {
  const meter: Meter = { requests: 0, units: 0 }
  const control = new AbortController()
  running.set(id, control)
  try {
    const file = await fetchDate(await ready.promise, of, { meter, control })
    post({ type: 'fetched', id, file, meter })
  } catch (error) {
    post({ type: 'failed', id, failure: toFailure(error), meter })
  } finally {
    running.delete(id)
  }
}

async function fetchDate(
  { fetchData, dir, reports, timeoutMs }: Ready,
  of: DateToFetch,
  { meter, control }: { meter: Meter; control: AbortController },
): Promise<WrittenFile> {
  const { signal } = control
  const report = reports[of.report]
  if (!report) throw new FetchError('SOURCE_ERROR', `No worker knows the report ${of.report}.`)
  let begun = false
  const late = () =>
    begun
      ? new TimeoutError('The date did not arrive whole', timeoutMs)
      : new TimeoutError('No row arrived', timeoutMs, { silent: true })
  const timer = setTimeout(() => control.abort(late()), timeoutMs)
  const onBegun = () => {
    begun = true
  }
  try {
    const fetching = async () => {
      const context = { signal, report, customerId: of.customerId, paged: of.paged, meter }
      return await writeDate(await fetchData(of.date, context), of, { dir, report, signal, onBegun })
    }
    return await untilAborted(fetching(), signal)
  } finally {
    clearTimeout(timer)
  }
}

/** A source of the user's may not listen to its signal: then it is left behind. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>()
  const onAbort = () => aborted.reject(signal.reason)
  if (signal.aborted) onAbort()
  signal.addEventListener('abort', onAbort)
  try {
    return await Promise.race([work, aborted.promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

/** The coordinator keeps the one token of all workers. */
async function wantToken(refused?: string): Promise<string> {
  const id = nextTokenId++
  const awaited = Promise.withResolvers<string>()
  awaitedTokens.set(id, awaited)
  post({ type: 'token-wanted', id, refused })
  return await awaited.promise
}

function settleToken(message: Extract<ToWorker, { type: 'token' | 'no-token' }>): void {
  const awaited = awaitedTokens.get(message.id)
  awaitedTokens.delete(message.id)
  if (message.type === 'token') awaited?.resolve(message.token)
  else {
    const { code, detail, ...more } = message.failure
    awaited?.reject(new FetchError(code, detail, more))
  }
}

function post(message: FromWorker): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no origin, only windows do
  self.postMessage(message)
}
