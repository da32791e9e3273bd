/** Whether index.csv is what was written: a digit of it that a disk has changed would be told as a sum. */
import { existsSync, readFileSync } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { indexPath } from './layout.ts'
import { readState, writeState } from './state.ts'

/** Of contents that a kill may have left in place, oldest first. */
const KEPT = 3

/** True also for one that is missing, and for one of a release that left no checksum. */
export function isIndexWhole(dir: string): boolean {
  if (!existsSync(indexPath(dir))) return true
  // Before its checksums, which are there before a new index is.
  const found = new Bun.CryptoHasher('sha256').update(readFileSync(indexPath(dir))).digest('hex')
  const checksums = readChecksums(dir)
  return checksums.length === 0 || checksums.includes(found)
}

/** Whether it can be told that the index is damaged. */
export function hasChecksum(dir: string): boolean {
  return readChecksums(dir).length > 0
}

/** Before the index is replaced by this. @throws StoreError */
export async function rememberIndex(dir: string, parts: Iterable<string>): Promise<void> {
  const hash = new Bun.CryptoHasher('sha256')
  for (const part of parts) {
    hash.update(part)
    // A server has requests to answer meanwhile.
    await nextTurn()
  }
  const checksums = [...readChecksums(dir), hash.digest('hex')]
  await writeState(dir, 'index.json', checksums.slice(-KEPT))
}

function readChecksums(dir: string): string[] {
  return readState(dir, 'index.json', isChecksums) ?? []
}

function isChecksums(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string')
}
