/**
 * Frequently read entries, in a bounded number of bytes. Eviction is S3-FIFO (Yang et al., SOSP 2023): a new entry enters
 * a small queue and is evicted from it unless it is read again, so that one scan over everything does not evict the
 * entries that are read often.
 */
import { evictOldest } from '#server/platform/evict-oldest.ts'

interface Entry<V> {
  value: V
  bytes: number
  /** Reads since it was inserted or last spared, up to 3. */
  asked: number
}

const SMALL_SHARE = 0.1
const MAX_ASKED = 3

export class MemoryTier<V> {
  readonly #maxBytes: number
  readonly #small = new Queue<V>()
  readonly #main = new Queue<V>()
  /** Keys evicted from the small queue: one that returns soon belongs in the main queue. */
  readonly #ghosts = new Set<string>()
  readonly #forgetGhost = evictOldest(this.#ghosts)

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  get bytes(): number {
    return this.#small.bytes + this.#main.bytes
  }

  get entries(): number {
    return this.#small.entries.size + this.#main.entries.size
  }

  get(key: string): V | undefined {
    const entry = this.#main.entries.get(key) ?? this.#small.entries.get(key)
    if (!entry) return undefined
    if (entry.asked < MAX_ASKED) entry.asked += 1
    return entry.value
  }

  /** @param bytes what the entry takes, with all that belongs to it */
  set(key: string, value: V, bytes: number): void {
    if (bytes > this.#maxBytes * SMALL_SHARE) return
    const queue = this.#main.entries.has(key) || this.#ghosts.delete(key) ? this.#main : this.#small
    const asked = queue.entries.get(key)?.asked ?? 0
    queue.put(key, { value, bytes, asked })
    while (this.bytes > this.#maxBytes) this.#evict()
  }

  #evict(): void {
    if (this.#small.bytes > this.#maxBytes * SMALL_SHARE || this.#main.entries.size === 0) this.#leaveSmall()
    else this.#leaveMain()
  }

  #leaveSmall(): void {
    const [key, entry] = this.#small.shift()
    if (entry.asked > 1) {
      this.#main.put(key, { ...entry, asked: 0 })
      return
    }
    this.#ghosts.add(key)
    if (this.#ghosts.size > this.#main.entries.size + 1) this.#forgetGhost()
  }

  #leaveMain(): void {
    const [key, entry] = this.#main.shift()
    if (entry.asked > 0) this.#main.put(key, { ...entry, asked: entry.asked - 1 })
  }
}

/** First in, first out; an entry that is put again keeps its place. */
class Queue<V> {
  readonly entries = new Map<string, Entry<V>>()
  readonly #takeOldest = evictOldest(this.entries)
  bytes = 0

  put(key: string, entry: Entry<V>): void {
    this.bytes += entry.bytes - (this.entries.get(key)?.bytes ?? 0)
    this.entries.set(key, entry)
  }

  shift(): [string, Entry<V>] {
    const oldest = this.#takeOldest()
    if (!oldest) throw new Error('The queue is empty.')
    this.bytes -= oldest[1].bytes
    return oldest
  }
}
