/** How much room the store takes, and how much there is left. */
import { readdir, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'

export interface DiskUse {
  files: number
  bytes: number
  /** For a process without privileges; undefined where the file system does not say. */
  freeBytes: number | undefined
}

const NOTHING: DiskUse = { files: 0, bytes: 0, freeBytes: undefined }
/** Two years are thousands of files: they are not counted anew for each question. */
const KEPT_MS = 60_000

export class DiskUseReader {
  readonly #dir: string
  #counted: { at: number; use: Promise<DiskUse> } | undefined

  constructor(dir: string) {
    this.#dir = dir
  }

  async read(nowMs: number): Promise<DiskUse> {
    if (!this.#counted || nowMs - this.#counted.at > KEPT_MS)
      this.#counted = { at: nowMs, use: measure(this.#dir) }
    return await this.#counted.use
  }
}

async function measure(dir: string): Promise<DiskUse> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true }).catch(() => undefined)
  if (!entries) return NOTHING
  let [files, bytes] = [0, 0]
  for (const entry of entries) {
    if (!entry.isFile()) continue
    // A run may be replacing it just now.
    const size = await stat(join(entry.parentPath, entry.name)).then(
      (found) => found.size,
      () => undefined,
    )
    if (size === undefined) continue
    files++
    bytes += size
  }
  const free = await statfs(dir).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => undefined,
  )
  return { files, bytes, freeBytes: free }
}
