/**
 * Whether any connection, of any process, has committed since it was last asked. SQLite's own `pragma data_version`
 * takes two locks for that, which are system calls; the counter behind it stands in the header of the write-ahead
 * log's index, a file that all connections share in memory (https://sqlite.org/walformat.html, 2.1): reading it there
 * costs nothing. The file is there as long as a connection that uses the log is open.
 */

/** @param path of the database, in write-ahead mode, with a connection that has read from it */
export function watchCommits(path: string): () => boolean {
  const index = Bun.mmap(`${path}-shm`, { shared: true })
  const header = new Uint32Array(index.buffer, index.byteOffset, 12)
  let changes: number | undefined
  let checksumHigh: number | undefined
  let checksumLow: number | undefined
  return () => {
    // Of the header's twelve words: the count of changes, and its checksum. Every read asks, so without a loop.
    if (header[2] === changes && header[10] === checksumHigh && header[11] === checksumLow) return false
    changes = header[2]
    checksumHigh = header[10]
    checksumLow = header[11]
    return true
  }
}
