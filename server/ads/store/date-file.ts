/** One date's data.csv, read back to the very sums and hash with which it was written. */
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream'
import { InvalidRowsError } from '#server/ads/errors.ts'
import type { DateOfReport } from '#server/ads/plan.ts'
import { columnNames, type Report } from '#server/ads/report.ts'
import { addRow, noSums, type Sums } from '#server/ads/metric.ts'
import { sortKey, type Row } from '#server/ads/row.ts'

export interface DateContent {
  rows: number
  sums: Sums
  sha256: string
  /** Of a report of one's own: the fingerprint of the query that the columns are of. */
  columns?: string
}

/**
 * The rows of a file without its header.
 * @param onBytes gets the file's bytes as they are read
 * @throws InvalidRowsError when it has not the columns of the report; what reading it throws
 */
export async function* readRows(
  path: string,
  report: Report,
  onBytes?: (bytes: Uint8Array) => void,
): AsyncGenerator<Row> {
  const rows = linesOf(path, onBytes)
  const header = await rows.next()
  if (header.done === true) throw new InvalidRowsError(`${path}: no header.`)
  if (header.value.join(',') !== headerOf(report))
    throw new InvalidRowsError(`${path}: not the columns of ${report.name}.`)
  yield* rows
}

async function* linesOf(path: string, onBytes?: (bytes: Uint8Array) => void): AsyncGenerator<Row> {
  // Loaded here, because a run that has nothing to read should not wait for it.
  const { parse } = await import('csv-parse')
  const file = createReadStream(path)
  if (onBytes) file.on('data', (bytes) => onBytes(Buffer.from(bytes)))
  // Unlike `pipe`, it passes on what goes wrong with the file, which would otherwise end the process.
  yield* pipeline(file, parse({ relaxQuotes: false }), () => {}) as AsyncIterable<string[]>
}

/**
 * @param definitions what the report is and was: the file is of the first whose columns it has
 * @throws InvalidRowsError when the file is damaged: unreadable, unsorted, of another date, or with a key twice
 */
export async function readDateFile(
  path: string,
  of: DateOfReport,
  definitions: readonly Report[],
): Promise<DateContent> {
  try {
    const header = await headerIn(path)
    const report = definitions.find((each) => headerOf(each) === header)
    const isOwn = definitions.every(({ fingerprint }) => fingerprint !== undefined)
    if (!report && !(isOwn && header.startsWith(`${COMMON_COLUMNS},`)))
      throw new InvalidRowsError(`${path}: not the columns of ${of.report}.`)
    const content = report ? await contentOf(path, of, report) : await unknownContentOf(path, of)
    return { ...content, sha256: await sha256Of(path) }
  } catch (error) {
    if (error instanceof InvalidRowsError || isMissing(error)) throw error
    throw new InvalidRowsError(`${path}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

type Content = Omit<DateContent, 'sha256'>

async function contentOf(path: string, of: DateOfReport, report: Report): Promise<Content> {
  const sums = noSums(report.summed)
  let rows = 0
  let last = ''
  for await (const row of readRows(path, report)) {
    const key = sortKey(row, report)
    if (rows > 0 && key <= last) throw new InvalidRowsError(`${path}: a key twice or out of order.`)
    checkPlace(path, of, row)
    addRow(sums, row, report.summed)
    last = key
    rows++
  }
  return { rows, sums, ...columnsOf(report) }
}

/** Of columns that no definition has any more: kept, and nothing is said of their figures. */
async function unknownContentOf(path: string, of: DateOfReport): Promise<Content> {
  const lines = linesOf(path)
  await lines.next()
  let rows = 0
  for await (const row of lines) {
    checkPlace(path, of, row)
    rows++
  }
  return { rows, sums: noSums(), columns: UNKNOWN_COLUMNS }
}

function checkPlace(path: string, { date, customerId }: DateOfReport, row: Row): void {
  if (row[0] !== date || row[1] !== customerId)
    throw new InvalidRowsError(`${path}: a row of ${row[1]} on ${row[0]}.`)
}

/** For the index. */
export function columnsOf({ fingerprint }: Report): { columns?: string } {
  return fingerprint === undefined ? {} : { columns: fingerprint }
}

/** Instead of a fingerprint. */
export const UNKNOWN_COLUMNS = 'unknown'
const COMMON_COLUMNS = 'date,customer_id'

export function headerOf(report: Report): string {
  return columnNames(report).join(',')
}

const MAX_HEADER_BYTES = 64 * 1024

/** No name of a column needs quotes; another program may have put some. */
async function headerIn(path: string): Promise<string> {
  const text = await Bun.file(path).slice(0, MAX_HEADER_BYTES).text()
  return (text.split(/\r?\n/, 1)[0] ?? '').replaceAll('"', '')
}

export async function sha256Of(path: string): Promise<string> {
  const hash = new Bun.CryptoHasher('sha256')
  for await (const part of Bun.file(path).stream()) hash.update(part)
  return hash.digest('hex')
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
