/** Files that are whole or absent, whatever is killed when: temp file, fsync, rename, fsync of the folder. */
import { statSync } from 'node:fs'
import { mkdir, open, rename, unlink, utimes } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { StoreError } from '#server/ads/errors.ts'
import { tmpDir } from './layout.ts'

export function newTmpPath(dir: string): string {
  return join(tmpDir(dir), `${crypto.randomUUID()}.tmp`)
}

export interface Commit {
  /** Written, not yet fsynced: a worker goes on with its next date instead. */
  tmpPath: string
  path: string
  /** Stamped on the file, so that the index can be checked by a stat alone. */
  modifiedAtMs: number
}

/** @throws StoreError */
export async function commitFile({ tmpPath, path, modifiedAtMs }: Commit): Promise<void> {
  const folder = dirname(path)
  try {
    await stampAndSync(tmpPath, modifiedAtMs)
    const created = await mkdir(folder, { recursive: true })
    await rename(tmpPath, path)
    await syncFolder(folder)
    if (created !== undefined) await syncUp(dirname(folder), dirname(created))
  } catch (error) {
    throw new StoreError(path, error)
  }
}

async function stampAndSync(path: string, modifiedAtMs: number): Promise<void> {
  const at = new Date(modifiedAtMs)
  const file = await open(path, 'r+')
  try {
    await file.utimes(at, at)
    await file.sync()
  } finally {
    await file.close()
  }
}

export async function stamp(path: string, modifiedAtMs: number): Promise<void> {
  const at = new Date(modifiedAtMs)
  await utimes(path, at, at)
}

/**
 * When a run put this file there; undefined for one that was written by other hands, whose time is, but for one in a
 * million, no whole millisecond.
 */
export function committedAt(path: string): number | undefined {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false })
  if (!found || found.mtimeNs % NS_PER_MS !== 0n) return undefined
  return Number(found.mtimeNs / NS_PER_MS)
}

const NS_PER_MS = 1_000_000n

/**
 * Replaces a small file of the store; parts are asked for one at a time, as the disk takes them.
 * @throws StoreError
 */
export async function replaceFile(
  dir: string,
  path: string,
  text: string | Generator<string>,
): Promise<void> {
  const tmpPath = newTmpPath(dir)
  try {
    const file = await open(tmpPath, 'w')
    try {
      for (const part of typeof text === 'string' ? [text] : text) await file.writeFile(part)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(tmpPath, path)
    await syncFolder(dirname(path))
  } catch (error) {
    await unlink(tmpPath).catch(() => {})
    throw new StoreError(path, error)
  }
}

export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** New folders are themselves entries of the folders above them. */
async function syncUp(from: string, to: string): Promise<void> {
  for (let folder = from; folder.length >= to.length; folder = dirname(folder)) await syncFolder(folder)
}
