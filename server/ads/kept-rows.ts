import { evictOldest } from '#server/platform/evict-oldest.ts'

/** What was made of files, up to so many rows in all. Those asked for first go first; what is beyond is made again. */
export class KeptRows<T> {
  readonly #kept = new Map<string, T>()
  readonly #evict = evictOldest(this.#kept)
  readonly #max: number
  readonly #rowsOf: (kept: T) => number
  #rows = 0

  constructor(max: number, rowsOf: (kept: T) => number) {
    this.#max = max
    this.#rowsOf = rowsOf
  }

  async get(key: string, make: () => Promise<T>): Promise<T> {
    const found = this.#kept.get(key)
    if (found) return found
    const made = await make()
    if (!this.#kept.has(key)) this.#rows += this.#rowsOf(made)
    this.#kept.set(key, made)
    while (this.#rows > this.#max) {
      const evicted = this.#evict()
      if (!evicted) break
      this.#rows -= this.#rowsOf(evicted[1])
    }
    return made
  }
}
