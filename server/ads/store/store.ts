/** The store as its one writer sees it: open it, commit dates, flush the index. */
import { readdir, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { dateIn } from '#server/ads/calendar.ts'
import type { DateOfReport } from '#server/ads/plan.ts'
import { commitFile } from './commit.ts'
import type { DateFailure, FailureBook } from './failures.ts'
import { hasChecksum } from './index-checksum.ts'
import { indexKeyOf, readIndex, writeIndex, type IndexLine } from './index-file.ts'
import { datePath, tmpDir } from './layout.ts'
import { reconcile, stateOf, type Reconciled, type ReconcileOptions } from './reconcile.ts'
import { RestatementBook } from './restatements.ts'
import type { WrittenFile } from './write-date.ts'

export type StoreOptions = Omit<ReconcileOptions, 'mayWrite' | 'onChanged'> & { failures: FailureBook }

/** Rewriting the index costs a few milliseconds; once a second is often enough, since files are the truth. */
const FLUSH_EVERY_MS = 1_000

export class Store {
  readonly #options: StoreOptions
  readonly #lines: Map<string, IndexLine>
  readonly #restatements: RestatementBook
  #dirty: boolean
  #flushedAtMs = 0
  #flushing: Promise<void> = Promise.resolve()

  private constructor(options: StoreOptions, { lines, changed }: Reconciled, restatements: RestatementBook) {
    this.#options = options
    this.#lines = lines
    this.#dirty = changed || !hasChecksum(options.dir)
    this.#restatements = restatements
  }

  /** Only for the holder of the lock: leftovers of a killed run are swept out. */
  static async open(options: StoreOptions): Promise<Store> {
    await sweepTmp(options.dir)
    const restatements = new RestatementBook(options.dir)
    const reconciled = await reconcile(readIndex(options.dir), {
      ...options,
      mayWrite: true,
      onChanged: async (before, after) => await restatements.recordOnce(before, after),
    })
    const store = new Store(options, reconciled, restatements)
    await store.flush()
    return store
  }

  get(of: DateOfReport): IndexLine | undefined {
    return this.#lines.get(indexKeyOf(of))
  }

  lines(): IndexLine[] {
    return [...this.#lines.values()]
  }

  /** From here on the date is whole for every reader. @throws StoreError */
  async commit(of: DateOfReport, fetched: { file: WrittenFile; units: number; atMs: number }): Promise<void> {
    const { dir, zoneOf, lookbackOf, failures } = this.#options
    const { tmpPath, ...content } = fetched.file
    await commitFile({ tmpPath, path: datePath(dir, of), modifiedAtMs: fetched.atMs })
    const fetchedOn = dateIn(zoneOf(of.customerId), fetched.atMs)
    const line: IndexLine = {
      ...of,
      ...content,
      state: stateOf({ date: of.date, rows: content.rows, fetchedOn, lookbackDays: lookbackOf(of) }),
      fetchedAt: new Date(fetched.atMs).toISOString(),
      units: fetched.units,
    }
    const before = this.#lines.get(indexKeyOf(of))
    // Before the index can tell the new content: until then the change could still be found on opening.
    if (before && before.columns === line.columns) await this.#restatements.record(before, line)
    this.#lines.set(indexKeyOf(of), line)
    failures.clear(of)
    this.#dirty = true
    if (fetched.atMs - this.#flushedAtMs >= FLUSH_EVERY_MS) await this.flush(fetched.atMs)
  }

  fail(of: DateOfReport, failure: DateFailure): void {
    this.#options.failures.record(of, failure)
    this.#dirty = true
  }

  /** Serialises writes; calls during one share the next. @throws StoreError */
  async flush(atMs = 0): Promise<void> {
    this.#flushedAtMs = atMs
    this.#flushing = this.#flushing.catch(() => {}).then(async () => await this.#write())
    await this.#flushing
  }

  async #write(): Promise<void> {
    if (!this.#dirty) return
    this.#dirty = false
    await writeIndex(this.#options.dir, this.#lines.values())
    await this.#options.failures.save()
  }
}

/** Only for the holder of the lock, while no worker writes. */
export async function sweepTmp(dir: string): Promise<void> {
  const folder = tmpDir(dir)
  for (const name of await readdir(folder)) await unlink(join(folder, name)).catch(() => {})
}
