/** One date's data.csv, read back to the very sums and hash with which it was written. */
import { createReadStream } from 'node:fs'
import { InvalidRowsError } from '#server/ads/errors.ts'
import type { ReportName } from '#server/ads/options.ts'
import type { DateOfReport } from '#server/ads/plan.ts'
import { columnNames, REPORTS } from '#server/ads/report.ts'
import { addRow, noSums, type Sums } from '#server/ads/metric.ts'
import { sortKey, type Row } from '#server/ads/row.ts'

export interface DateContent {
  rows: number
  sums: Sums
  sha256: string
}

/** The rows of a file without its header. @throws InvalidRowsError when it is not a file of this report */
export async function* readRows(path: string, report: ReportName): AsyncGenerator<Row> {
  const expected = columnNames(report)
  // Loaded here, because a run that has nothing to read should not wait for it.
  const { parse } = await import('csv-parse')
  const parser = createReadStream(path).pipe(parse({ relaxQuotes: false }))
  let header: Row | undefined
  for await (const row of parser as AsyncIterable<string[]>) {
    if (header) yield row
    else {
      header = row
      if (row.join(',') !== expected.join(','))
        throw new InvalidRowsError(`${path}: not the columns of ${report}.`)
    }
  }
  if (!header) throw new InvalidRowsError(`${path}: no header.`)
}

/** @throws InvalidRowsError when the file is damaged: unreadable, unsorted, of another date, or with a key twice */
export async function readDateFile(path: string, of: DateOfReport): Promise<DateContent> {
  const report = REPORTS[of.report]
  const sums = noSums()
  let rows = 0
  let last = ''
  try {
    for await (const row of readRows(path, of.report)) {
      const key = sortKey(row, report)
      if (rows > 0 && key <= last) throw new InvalidRowsError(`${path}: a key twice or out of order.`)
      if (row[0] !== of.date || row[1] !== of.customerId)
        throw new InvalidRowsError(`${path}: a row of ${row[1]} on ${row[0]}.`)
      addRow(sums, row)
      last = key
      rows++
    }
  } catch (error) {
    if (error instanceof InvalidRowsError || isMissing(error)) throw error
    throw new InvalidRowsError(`${path}: ${error instanceof Error ? error.message : String(error)}`)
  }
  return { rows, sums, sha256: await sha256Of(path) }
}

export async function sha256Of(path: string): Promise<string> {
  const hash = new Bun.CryptoHasher('sha256')
  for await (const part of Bun.file(path).stream()) hash.update(part)
  return hash.digest('hex')
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
