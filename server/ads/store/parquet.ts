/** A Parquet file from a CSV file, in a thread of its own: parsing every cell would hold up a server. */
import type { TypedColumn } from '#server/ads/typed-columns.ts'

export interface ParquetTask {
  csvPath: string
  columns: readonly TypedColumn[]
  tmpPath: string
  /** The thread gives way to whatever else this process does. */
  background: boolean
}

/** Undefined when the file is written and fsynced, else why it is not. */
export type ParquetAnswer = string | undefined

/** @throws Error why it could not be written; the signal's reason */
export async function writeParquet(task: ParquetTask, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  const { promise, resolve, reject } = Promise.withResolvers<ParquetAnswer>()
  const abort = () => reject(signal.reason)
  const thread = new Worker(new URL('./parquet-thread.ts', import.meta.url).href, { smol: true })
  thread.addEventListener('message', ({ data }: MessageEvent<ParquetAnswer>) => resolve(data))
  thread.addEventListener('error', (event) => {
    event.preventDefault()
    resolve(event.message)
  })
  thread.addEventListener('close', () => resolve('The thread ended.'))
  signal.addEventListener('abort', abort)
  try {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no origin, only windows do
    thread.postMessage(task)
    const failure = await promise
    if (failure !== undefined) throw new Error(failure)
  } finally {
    signal.removeEventListener('abort', abort)
    thread.terminate()
  }
}
