/**
 * Whether any connection, of any process, has committed since it was last asked. SQLite's own `pragma data_version`
 * takes two locks for that, which are system calls; the counter behind it stands in the header of the write-ahead
 * log's index, a file that all connections share in memory (https://sqlite.org/walformat.html, 2.1): reading it there
 * costs nothing. The file is there as long as a connection that uses the log is open.
 */

/** Of the header's twelve 32-bit words: the count of changes, and the two of its checksum. */
const WATCHED = [2, 10, 11] as const

/** @param path of the database, in write-ahead mode, with a connection that has read from it */
export function watchCommits(path: string): () => boolean {
  const index = Bun.mmap(`${path}-shm`, { shared: true })
  const header = new Uint32Array(index.buffer, index.byteOffset, 12)
  const seen = WATCHED.map(() => -1)
  return () => {
    let changed = false
    for (const [place, word] of WATCHED.entries()) {
      const now = header[word] ?? 0
      if (seen[place] === now) continue
      seen[place] = now
      changed = true
    }
    return changed
  }
}
