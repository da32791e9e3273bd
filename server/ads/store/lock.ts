/**
 * One writer per store. The lock is an exclusive transaction on a small SQLite file: the kernel takes it back
 * the moment its owner dies, by kill -9 too, so there is no stale lock to judge by age. Nothing else may open
 * that file: closing any descriptor of it would drop the lock of the whole process (POSIX).
 */
import { Database } from 'bun:sqlite'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { StoreBusyError, StoreError, type LockHolder } from '#server/ads/errors.ts'
import { statePath, tmpDir } from './layout.ts'
import { requireWritable } from './ownership.ts'
import { readState } from './state.ts'

/** @throws StoreBusyError at once when another holds it; ConfigurationError, StoreError when the folder cannot be written */
export function lockStore(dir: string, startedAt: string): Disposable {
  const database = openLockFile(dir)
  try {
    database.run('PRAGMA busy_timeout = 0')
    database.run('BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    if (isBusy(error)) throw new StoreBusyError(dir, readHolder(dir))
    throw new StoreError(statePath(dir, 'lock.sqlite'), error)
  }
  const holder: LockHolder = {
    pid: process.pid,
    host: hostname(),
    started_at: startedAt,
    command: process.argv.slice(1, 3).map(baseName).join(' '),
  }
  try {
    writeFileSync(statePath(dir, 'holder.json'), JSON.stringify(holder))
  } catch (error) {
    database.close()
    throw new StoreError(statePath(dir, 'holder.json'), error)
  }
  return {
    [Symbol.dispose]: () => {
      rmSync(statePath(dir, 'holder.json'), { force: true })
      database.close()
    },
  }
}

/** Of a lock that is held; one that was killed may be told as well, until the next one comes. */
export function readHolder(dir: string): LockHolder | undefined {
  return readState(dir, 'holder.json', isHolder)
}

/** @throws ConfigurationError, StoreError */
function openLockFile(dir: string): Database {
  requireWritable(dir)
  try {
    mkdirSync(tmpDir(dir), { recursive: true })
    return new Database(statePath(dir, 'lock.sqlite'), { create: true })
  } catch (error) {
    throw new StoreError(dir, error)
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY')
}

function isHolder(value: unknown): value is LockHolder {
  return typeof value === 'object' && value !== null && 'pid' in value && 'started_at' in value
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}
