import { SQLiteError } from 'bun:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import { connectReader, isUnavailable } from './sqlite-connections.ts'

export interface Scan {
  sql: string
  parameters: unknown[]
}

export interface Scanned {
  /** Of the values of their columns. */
  rows: unknown[][]
  error?: { message: string; temporary: boolean }
}

const reader = connectReader(workerData as string)

parentPort?.on('message', ({ sql, parameters }: Scan) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- only windows have an origin
  parentPort?.postMessage(scanned(() => reader.query(sql).values(...(parameters as never[]))))
})

function scanned(run: () => unknown[][]): Scanned {
  try {
    return { rows: run() }
  } catch (error) {
    if (!(error instanceof SQLiteError)) throw error
    return { rows: [], error: { message: error.message, temporary: isUnavailable(error) } }
  }
}
