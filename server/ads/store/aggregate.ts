/**
 * <report>.csv and, where it is asked for, <report>.parquet: every row by date, then account, then key. Date files are
 * sorted by key and begin with date and account, so the CSV is their bodies one after the other, copied without being
 * parsed. The Parquet file is made from the CSV, which therefore comes first.
 */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { open, rename, stat, unlink, type FileHandle } from 'node:fs/promises'
import { DamagedDateError, StoreError } from '#server/ads/errors.ts'
import { FORMATS, type Format, type ReportName } from '#server/ads/options.ts'
import type { Report } from '#server/ads/report.ts'
import { typedColumns } from '#server/ads/typed-columns.ts'
import { headerOf, sha256Of } from './date-file.ts'
import { newTmpPath, syncFolder } from './commit.ts'
import type { IndexLine } from './index-file.ts'
import { aggregateName, aggregatePath, datePath, type AggregateFile } from './layout.ts'
import { writeParquet } from './parquet.ts'
import { isRecord, readState, writeState } from './state.ts'

const LINE_FEED = 0x0a
const BLOCK_BYTES = 256 * 1024

interface Aggregating {
  lines: readonly IndexLine[]
  /** Gives way to whatever else this process does. */
  background: boolean
  /** Compares the bytes that are there with their checksum, and not only their number. */
  readsAll?: boolean
  signal: AbortSignal
}

interface Aggregated {
  report: Report
  format: Format
}

/**
 * @returns whether it had to be rebuilt. Only for the holder of the lock.
 * @throws StoreError; the signal's reason, which only a Parquet file waits for
 */
export async function aggregate(
  dir: string,
  of: Aggregated,
  { lines, background, signal, readsAll = false }: Aggregating,
): Promise<boolean> {
  const { report, format } = of
  const file = { report: report.name, format }
  const sorted = inOrder(lines, report)
  const fingerprint = fingerprintOf(sorted, of)
  const path = aggregatePath(dir, file)
  if (await isBuilt(dir, { path, file, fingerprint, readsAll })) return false
  const tmpPath = newTmpPath(dir)
  try {
    if (format === 'csv') await concatenate(dir, report, { tmpPath, sorted })
    else {
      const csvPath = aggregatePath(dir, { ...file, format: 'csv' })
      await writeParquet({ csvPath, columns: typedColumns(report), tmpPath, background }, signal)
    }
    const newSize = await sizeOf(tmpPath)
    const record = `${fingerprint}:${newSize}:${await sha256Of(tmpPath)}`
    await rename(tmpPath, path)
    await syncFolder(dir)
    await writeState(dir, 'aggregates.json', { ...recordsIn(dir), [aggregateName(file)]: record })
  } catch (error) {
    await unlink(tmpPath).catch(() => {})
    if (signal.aborted && error === signal.reason) throw error
    throw error instanceof StoreError ? error : new StoreError(path, error)
  }
  return true
}

function recordsIn(dir: string): Record<string, unknown> {
  return readState(dir, 'aggregates.json', isRecord) ?? {}
}

interface Built {
  path: string
  file: AggregateFile
  fingerprint: string
  readsAll: boolean
}

/** A record of an earlier release is without a checksum. */
async function isBuilt(dir: string, { path, file, fingerprint, readsAll }: Built): Promise<boolean> {
  const size = await sizeOf(path)
  const record = recordsIn(dir)[aggregateName(file)]
  if (size === undefined || typeof record !== 'string') return false
  const expected = `${fingerprint}:${size}`
  if (record === expected) return true
  if (!record.startsWith(`${expected}:`)) return false
  return !readsAll || record === `${expected}:${await sha256Of(path)}`
}

/** Those that are asked for, and those that are there: a file that is no longer kept up would be read all the same. */
export function formatsOf(dir: string, report: ReportName, asked: readonly Format[]): Format[] {
  return FORMATS.filter(
    (format) => asked.includes(format) || existsSync(aggregatePath(dir, { report, format })),
  )
}

/** The names of those files of a report that do not tell what the index tells. */
export async function filesBehind(
  dir: string,
  report: Report,
  of: { lines: readonly IndexLine[]; formats: readonly Format[]; readsAll?: boolean },
): Promise<string[]> {
  const { lines, formats, readsAll = false } = of
  const sorted = inOrder(lines, report)
  const behind: string[] = []
  for (const format of formatsOf(dir, report.name, formats)) {
    const file = { report: report.name, format }
    const fingerprint = fingerprintOf(sorted, { report, format })
    const path = aggregatePath(dir, file)
    if (!(await isBuilt(dir, { path, file, fingerprint, readsAll }))) behind.push(aggregateName(file))
  }
  return behind
}

async function concatenate(
  dir: string,
  report: Report,
  { tmpPath, sorted }: { tmpPath: string; sorted: readonly IndexLine[] },
): Promise<void> {
  const target = await open(tmpPath, 'w')
  try {
    await target.writeFile(`${headerOf(report)}\n`)
    const block = new Uint8Array(BLOCK_BYTES)
    for (const line of sorted) {
      if (line.rows > 0) await appendBody({ dir, target, line }, block)
    }
    await target.sync()
  } finally {
    await target.close()
  }
}

interface Appending {
  dir: string
  target: FileHandle
  line: IndexLine
}

/** @throws DamagedDateError for what is not the content that the index tells of */
async function appendBody({ dir, target, line }: Appending, block: Uint8Array): Promise<void> {
  const source = await open(datePath(dir, line), 'r')
  const hash = new Bun.CryptoHasher('sha256')
  try {
    for (let isFirst = true; ; isFirst = false) {
      const { bytesRead } = await source.read(block, 0, block.length)
      if (bytesRead === 0) break
      hash.update(block.subarray(0, bytesRead))
      const from = isFirst ? block.indexOf(LINE_FEED) + 1 : 0
      await target.writeFile(block.subarray(from, bytesRead))
    }
  } finally {
    await source.close()
  }
  if (hash.digest('hex') !== line.sha256) throw new DamagedDateError(line)
}

/** Dates of an earlier query have other columns: they stay beside. */
function inOrder(lines: readonly IndexLine[], { name, fingerprint }: Report): IndexLine[] {
  return lines
    .filter((line) => line.report === name && line.columns === fingerprint)
    .map((line) => ({ line, place: `${line.date}/${line.customerId}` }))
    .toSorted((a, b) => (a.place < b.place ? -1 : Number(a.place > b.place)))
    .map(({ line }) => line)
}

/** Of what the file is made from: the query, the dates' contents and, where columns have types, those. */
function fingerprintOf(lines: readonly IndexLine[], { report, format }: Aggregated): string {
  const hash = createHash('sha256').update(report.fingerprint ?? '')
  if (format === 'parquet') hash.update(JSON.stringify(typedColumns(report)))
  for (const { customerId, date, sha256 } of lines) hash.update(`${customerId} ${date} ${sha256}\n`)
  return hash.digest('hex')
}

async function sizeOf(path: string): Promise<number | undefined> {
  return await stat(path).then(
    ({ size }) => size,
    () => undefined,
  )
}
