/** The store as readers see it, without a lock: another process may be writing, so each look checks for news. */
import { statSync } from 'node:fs'
import { readFailures, type DateFailure } from './failures.ts'
import { isIndexWhole } from './index-checksum.ts'
import { indexKeyOf, readDamagedIndex, type IndexLine } from './index-file.ts'
import { indexPath, statePath } from './layout.ts'

export class StoreReader {
  readonly lines: () => ReadonlyMap<string, IndexLine>
  readonly failures: () => ReadonlyMap<string, DateFailure>

  /** @param onDamaged an index that is damaged tells of no date */
  constructor(dir: string, onDamaged: (path: string) => void) {
    const readLines = () => {
      if (isIndexWhole(dir)) return readDamagedIndex(dir)
      onDamaged(indexPath(dir))
      return []
    }
    this.lines = unlessUnchanged(
      indexPath(dir),
      () => new Map(readLines().map((line) => [indexKeyOf(line), line])),
    )
    this.failures = unlessUnchanged(statePath(dir, 'failures.json'), () => readFailures(dir))
  }
}

/** Files of the store are replaced by renames: another inode, size or time means another content. */
function unlessUnchanged<T>(path: string, read: () => T): () => T {
  let signature: string | undefined
  let value: T | undefined
  return () => {
    const found = statSync(path, { throwIfNoEntry: false })
    const now = found ? `${found.ino}:${found.size}:${found.mtimeMs}` : 'absent'
    if (value === undefined || now !== signature) {
      value = read()
      signature = now
    }
    return value
  }
}
