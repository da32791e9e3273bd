/**
 * Whether any connection, of any process, has committed since it was last asked. SQLite's own `pragma data_version`
 * takes two locks for that, which are system calls; the counter behind it stands in the header of the write-ahead
 * log's index, a file that all connections share in memory (https://sqlite.org/walformat.html, 2.1): reading it there
 * costs nothing. The file is there as long as a connection that uses the log is open.
 */
import { statSync, truncateSync, writeFileSync } from 'node:fs'

export interface CommitWatch {
  hasCommitted: () => boolean
  /** False when the file was replaced before a connection of ours held it. */
  isCurrent: () => boolean
}

/** As SQLite makes it; the first connection of all empties it anyway. */
const INDEX_BYTES = 32_768
const HEADER_WORDS = 12
const RETRY_MS = 1
const ATTEMPTS = 2_000
/** A process that creates the file needs fewer attempts. */
const PATIENT_ATTEMPTS = 500

/**
 * By device and inode, for good: closing any descriptor of a file drops all locks of the process on it (POSIX),
 * and mapping closes one. A mapping keeps its inode from being given to another file.
 */
const mappings = new Map<string, Uint32Array>()

/**
 * To be called before this process has a connection to the database: SQLite's lock on the index, which mapping would
 * drop, is what keeps the next process that comes from taking itself for the first and emptying the index under us.
 */
export function watchCommits(path: string): CommitWatch {
  const file = `${path}-shm`
  const { id, header } = mapped(file)
  let changes: number | undefined
  let checksumHigh: number | undefined
  let checksumLow: number | undefined
  return {
    isCurrent: () => idOf(file) === id,
    hasCommitted() {
      // Of the header's twelve words: the count of changes, and its checksum. Every read asks, so without a loop.
      if (header[2] === changes && header[10] === checksumHigh && header[11] === checksumLow) return false
      changes = header[2]
      checksumHigh = header[10]
      checksumLow = header[11]
      return true
    },
  }
}

function mapped(file: string): { id: string; header: Uint32Array } {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const id = idOf(file)
    const known = id === undefined ? undefined : mappings.get(id)
    if (id !== undefined && known) return { id, header: known }
    if (id === undefined) {
      create(file)
      continue
    }
    const header = headerIn(file)
    if (header && idOf(file) === id) {
      mappings.set(id, header)
      return { id, header }
    }
    // Another process is just making or replacing it; or was killed while it did, and left it too short.
    if (!header && attempt === PATIENT_ATTEMPTS) truncateSync(file, INDEX_BYTES)
    Bun.sleepSync(RETRY_MS)
  }
  throw new Error(`${file} could not be mapped.`)
}

/** Nothing while the file is shorter, or not there. */
function headerIn(file: string): Uint32Array | undefined {
  try {
    const index = Bun.mmap(file, { shared: true })
    if (index.byteLength < HEADER_WORDS * 4) return undefined
    return new Uint32Array(index.buffer, index.byteOffset, HEADER_WORDS)
  } catch (error) {
    // Nothing can be mapped of an empty file.
    if (isCoded(error, 'EINVAL') || isCoded(error, 'ENOENT')) return undefined
    throw error
  }
}

function idOf(file: string): string | undefined {
  const found = statSync(file, { throwIfNoEntry: false })
  return found && `${found.dev}:${found.ino}`
}

function create(file: string): void {
  try {
    writeFileSync(file, new Uint8Array(INDEX_BYTES), { flag: 'wx' })
  } catch (error) {
    if (!isCoded(error, 'EEXIST')) throw error
  }
}

function isCoded(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
