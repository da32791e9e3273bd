/**
 * Queries that may look through a whole table. SQLite answers in the thread that asks, and nothing else happens there
 * meanwhile: no sale, for a second over a million products. So these are asked in a thread of their own.
 */
import { drizzle, type AsyncRemoteCallback } from 'drizzle-orm/sqlite-proxy'
import { Worker } from 'node:worker_threads'
import { DatabaseBusyError, type Queries } from './database.ts'
import { createMutex } from './mutex.ts'
import type { Scan, Scanned } from './sqlite-scans-worker.ts'

interface Scans {
  queries: Queries
  /** How many are under way or wait for that. */
  waiting: () => number
  close: () => Promise<void>
}

/** The results of more would mostly arrive after their callers have timed out. */
const MAX_WAITING = 200

/** The thread is started by the first query. @param path of a database that is migrated */
export function openScans(path: string): Scans {
  const inTurn = createMutex()
  let answer: PromiseWithResolvers<unknown[][]> | undefined
  let worker: Worker | undefined
  let waiting = 0
  let closed = false

  const start = (): Worker => {
    const started = new Worker(new URL('./sqlite-scans-worker.ts', import.meta.url), { workerData: path })
    started.on('message', ({ rows, error }: Scanned) => {
      if (error === undefined) answer?.resolve(rows)
      else answer?.reject(error.temporary ? new DatabaseBusyError(error.message) : new Error(error.message))
    })
    started.on('error', ({ message }: Error) => answer?.reject(new DatabaseBusyError(message)))
    started.on('exit', () => {
      worker = undefined
      answer?.reject(new DatabaseBusyError('The thread that reads has ended.'))
    })
    return started
  }
  const ask = async (scan: Scan): Promise<unknown[][]> => {
    if (closed) throw new DatabaseBusyError('The database is closed.')
    const asked = (worker ??= start())
    answer = Promise.withResolvers()
    asked.ref()
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- only windows have an origin
    asked.postMessage(scan)
    // An idle thread does not keep a command from ending.
    return await answer.promise.finally(() => asked.unref())
  }
  const askInTurn: AsyncRemoteCallback = async (sql, parameters, method) => {
    if (waiting > MAX_WAITING) throw new DatabaseBusyError(`${waiting} scans wait already.`)
    waiting += 1
    const rows = await inTurn(() => ask({ sql, parameters })).finally(() => (waiting -= 1))
    return { rows: method === 'get' ? (rows[0] ?? []) : rows }
  }
  return {
    queries: drizzle(askInTurn) as unknown as Queries,
    waiting: () => waiting,
    async close() {
      closed = true
      await inTurn(async () => void (await worker?.terminate()))
    },
  }
}
