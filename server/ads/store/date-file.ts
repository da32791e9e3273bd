/** One date's data.csv: written sorted by key, and read back to the very same sums. */
import { createReadStream } from 'node:fs'
import { open, unlink, type FileHandle } from 'node:fs/promises'
import { stringify } from 'csv-stringify/sync'
import { InvalidRowsError, StoreError } from '#server/ads/errors.ts'
import type { ReportName } from '#server/ads/options.ts'
import type { DateOfReport } from '#server/ads/plan.ts'
import { columnNames, REPORTS } from '#server/ads/report.ts'
import { addRow, describeKey, noSums, sortKey, toRow, type Row, type Sums } from '#server/ads/row.ts'

export interface DateContent {
  rows: number
  sums: Sums
  sha256: string
}

export interface KeyedRow {
  key: string
  row: Row
}

/**
 * All rows of one answer, in the order of the file.
 * @throws InvalidRowsError also when two rows have one key: either a line would be lost or the sums be wrong,
 * so the date fails and says which key it was.
 */
export async function collectRows(
  rows: Iterable<unknown> | AsyncIterable<unknown>,
  of: DateOfReport,
  signal: AbortSignal,
): Promise<KeyedRow[]> {
  const report = REPORTS[of.report]
  const collected: KeyedRow[] = []
  for await (const raw of rows) {
    signal.throwIfAborted()
    const row = toRow(raw, of)
    collected.push({ key: sortKey(row, report), row })
  }
  // oxlint-disable-next-line unicorn/no-array-sort -- sorted in place: a copy of a large day would double its memory
  collected.sort((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key)))
  const twice = collected.find(({ key }, index) => key === collected[index - 1]?.key)
  if (twice) throw new InvalidRowsError(`Two rows have the same key: ${describeKey(twice.row, report)}.`)
  return collected
}

const ROWS_PER_WRITE = 2_000

/** Writes and fsyncs; on a failure nothing is left behind. @throws StoreError */
export async function writeDateFile(
  path: string,
  report: ReportName,
  rows: readonly KeyedRow[],
): Promise<DateContent> {
  const hash = new Bun.CryptoHasher('sha256')
  const sums = noSums()
  const add = async (file: FileHandle, lines: readonly Row[]) => {
    const text = toCsv(lines)
    hash.update(text)
    await file.writeFile(text)
  }
  try {
    const file = await open(path, 'w')
    try {
      await add(file, [columnNames(report)])
      for (let from = 0; from < rows.length; from += ROWS_PER_WRITE) {
        const lines = rows.slice(from, from + ROWS_PER_WRITE).map(({ row }) => row)
        for (const row of lines) addRow(sums, row)
        await add(file, lines)
      }
      await file.sync()
    } finally {
      await file.close()
    }
  } catch (error) {
    await unlink(path).catch(() => {})
    throw new StoreError(path, error)
  }
  return { rows: rows.length, sums, sha256: hash.digest('hex') }
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

/** A bare carriage return is quoted too: many readers take it for the end of a line. */
function toCsv(lines: readonly Row[]): string {
  return stringify(lines as Row[], { quoted_match: '\r' })
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
