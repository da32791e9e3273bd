/** Writes one date's file: rows in any order and number become lines sorted by key, and memory does not grow with them. */
import { open, unlink } from 'node:fs/promises'
import { FetchError, InvalidRowsError, StoreError } from '#server/ads/errors.ts'
import type { DateOfReport } from '#server/ads/plan.ts'
import type { Report } from '#server/ads/report.ts'
import { addRow, noSums } from '#server/ads/metric.ts'
import { describeKey, sortKey, toRow, type Row } from '#server/ads/row.ts'
import { newTmpPath } from './commit.ts'
import { columnsOf, headerOf, type DateContent } from './date-file.ts'
import { LineSorter, type KeyedLine, type SorterLimits } from './line-sorter.ts'

/** Whole, but neither fsynced nor in its place. */
export interface WrittenFile extends DateContent {
  tmpPath: string
}

export interface Writing {
  /** The store's folder. */
  dir: string
  report: Report
  signal: AbortSignal
  /** Called with the first row. */
  onBegun?: () => void
  limits?: SorterLimits
}

/**
 * All rows of one answer. On a failure, or when it is aborted, nothing is left behind.
 * @throws InvalidRowsError also when two rows have one key: either a line would be lost or the sums be wrong,
 * so the date fails and says which key it was; StoreError; whatever the rows throw; the signal's reason
 */
export async function writeDate(
  rows: Iterable<unknown> | AsyncIterable<unknown>,
  of: DateOfReport,
  { dir, report, signal, onBegun, limits }: Writing,
): Promise<WrittenFile> {
  const sums = noSums(report.summed)
  let count = 0
  await using sorter = new LineSorter(dir, limits)
  for await (const raw of rows) {
    signal.throwIfAborted()
    const row = toRow(raw, of, report)
    addRow(sums, row, report.summed)
    if (count === 0) onBegun?.()
    count++
    sorter.add(sortKey(row, report), toLine(row))
    if (sorter.isFull) await orStoreError(dir, async () => await sorter.spill())
  }
  const tmpPath = newTmpPath(dir)
  try {
    const sha256 = await orStoreError(tmpPath, async () => await writeLines(tmpPath, report, sorter.sorted()))
    signal.throwIfAborted()
    return { tmpPath, rows: count, sums, sha256, ...columnsOf(report) }
  } catch (error) {
    await unlink(tmpPath).catch(() => {})
    throw error
  }
}

const CHARACTERS_PER_WRITE = 256 * 1024

async function writeLines(
  path: string,
  report: Report,
  blocks: AsyncIterable<readonly KeyedLine[]>,
): Promise<string> {
  const hash = new Bun.CryptoHasher('sha256')
  const file = await open(path, 'w')
  try {
    let text = `${headerOf(report)}\n`
    const write = async () => {
      hash.update(text)
      await file.writeFile(text)
      text = ''
    }
    let last: string | undefined
    for await (const block of blocks) {
      for (const { key, line } of block) {
        if (key === last)
          throw new InvalidRowsError(`Two rows have the same key: ${describeKey(key, report)}.`)
        last = key
        text += line
      }
      if (text.length >= CHARACTERS_PER_WRITE) await write()
    }
    await write()
  } finally {
    await file.close()
  }
  return hash.digest('hex')
}

const QUOTED = /[",\n\r]/

/** RFC 4180. A bare carriage return is quoted too: many readers take it for the end of a line. */
export function toLine(row: Row): string {
  // Nearly all rows pass here, and this is done for every one.
  if (!QUOTED.test(row.join(''))) return `${row.join(',')}\n`
  const cells = row.map((cell) => (QUOTED.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell))
  return `${cells.join(',')}\n`
}

async function orStoreError<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof FetchError ? error : new StoreError(path, error)
  }
}
