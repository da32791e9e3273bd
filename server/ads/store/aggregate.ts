/**
 * <report>.csv: every row by date, then account, then key. Date files are sorted by key and begin with date and
 * account, so the aggregated file is their bodies one after the other, copied without being parsed.
 */
import { createHash } from 'node:crypto'
import { open, rename, stat, unlink, type FileHandle } from 'node:fs/promises'
import { StoreError } from '#server/ads/errors.ts'
import type { ReportName } from '#server/ads/options.ts'
import { columnNames } from '#server/ads/report.ts'
import { newTmpPath, syncFolder } from './commit.ts'
import type { IndexLine } from './index-file.ts'
import { aggregatePath, datePath } from './layout.ts'
import { isRecord, readState, writeState } from './state.ts'

const LINE_FEED = 0x0a
const BLOCK_BYTES = 256 * 1024

/** @returns whether it had to be rebuilt. Only for the holder of the lock. @throws StoreError */
export async function aggregate(
  dir: string,
  report: ReportName,
  lines: readonly IndexLine[],
): Promise<boolean> {
  const sorted = inOrder(lines, report)
  const fingerprint = fingerprintOf(sorted)
  const path = aggregatePath(dir, report)
  const built = readState(dir, 'aggregates.json', isRecord) ?? {}
  const size = await sizeOf(path)
  if (size !== undefined && built[report] === `${fingerprint}:${size}`) return false
  const tmpPath = newTmpPath(dir)
  try {
    const newSize = await concatenate(dir, report, { tmpPath, sorted })
    await rename(tmpPath, path)
    await syncFolder(dir)
    await writeState(dir, 'aggregates.json', { ...built, [report]: `${fingerprint}:${newSize}` })
  } catch (error) {
    await unlink(tmpPath).catch(() => {})
    throw error instanceof StoreError ? error : new StoreError(path, error)
  }
  return true
}

/** Whether the aggregated file tells what the index tells. */
export async function isAggregateCurrent(
  dir: string,
  report: ReportName,
  lines: readonly IndexLine[],
): Promise<boolean> {
  const sorted = inOrder(lines, report)
  const size = await sizeOf(aggregatePath(dir, report))
  const built = readState(dir, 'aggregates.json', isRecord)?.[report]
  return built === `${fingerprintOf(sorted)}:${size}`
}

async function concatenate(
  dir: string,
  report: ReportName,
  { tmpPath, sorted }: { tmpPath: string; sorted: readonly IndexLine[] },
): Promise<number> {
  const target = await open(tmpPath, 'w')
  try {
    await target.writeFile(`${columnNames(report).join(',')}\n`)
    const block = new Uint8Array(BLOCK_BYTES)
    for (const line of sorted) {
      if (line.rows > 0) await appendBody(target, datePath(dir, line), block)
    }
    await target.sync()
    return (await target.stat()).size
  } finally {
    await target.close()
  }
}

async function appendBody(target: FileHandle, path: string, block: Uint8Array): Promise<void> {
  const source = await open(path, 'r')
  try {
    let inHeader = true
    for (;;) {
      const { bytesRead } = await source.read(block, 0, block.length)
      if (bytesRead === 0) return
      const from = inHeader ? block.indexOf(LINE_FEED) + 1 : 0
      inHeader = false
      await target.writeFile(block.subarray(from, bytesRead))
    }
  } finally {
    await source.close()
  }
}

function inOrder(lines: readonly IndexLine[], report: ReportName): IndexLine[] {
  return lines
    .filter((line) => line.report === report)
    .map((line) => ({ line, place: `${line.date}/${line.customerId}` }))
    .toSorted((a, b) => (a.place < b.place ? -1 : Number(a.place > b.place)))
    .map(({ line }) => line)
}

function fingerprintOf(lines: readonly IndexLine[]): string {
  const hash = createHash('sha256')
  for (const { customerId, date, sha256 } of lines) hash.update(`${customerId} ${date} ${sha256}\n`)
  return hash.digest('hex')
}

async function sizeOf(path: string): Promise<number | undefined> {
  return await stat(path).then(
    ({ size }) => size,
    () => undefined,
  )
}
