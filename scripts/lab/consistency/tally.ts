/** What a run has seen: counts, times and findings, in memory that does not grow with the reads. */

export type Tier = 'memory' | 'redis' | 'none' | 'not told'

/** Times by powers of the eighth root of two from 1 µs on: quantiles are right within a tenth. */
class Times {
  readonly #counts = new Uint32Array(256)
  #all = 0

  add(ms: number): void {
    const bucket = Math.min(255, Math.max(0, Math.ceil(Math.log2(ms * 1000) * 8)))
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1
    this.#all += 1
  }

  quantile(share: number): number {
    let rest = Math.ceil(this.#all * share)
    for (const [bucket, count] of this.#counts.entries()) {
      rest -= count
      if (rest <= 0) return 2 ** (bucket / 8) / 1000
    }
    return 0
  }
}

export class Counts<Name extends string = string> {
  readonly #counts = new Map<Name, number>()

  add(name: Name, by = 1): void {
    this.#counts.set(name, this.of(name) + by)
  }

  of(name: Name): number {
    return this.#counts.get(name) ?? 0
  }

  get sum(): number {
    return this.#counts.values().reduce((sum, count) => sum + count, 0)
  }

  toJSON(): Record<string, number> {
    return Object.fromEntries([...this.#counts].toSorted(([, a], [, b]) => b - a))
  }
}

/** One stretch of the run, with the same faults all along. */
export class Tally {
  readonly faults: string
  readonly readTimes = new Times()
  readonly writeTimes = new Times()
  readonly reads = new Counts()
  readonly tiers = new Counts<Tier>()
  readonly writes = new Counts<'done' | 'refused' | 'unknown' | 'by SQL'>()
  readonly injections = new Counts()
  /** Reads that brought no answer while a fault excused it. */
  unanswered = 0
  seconds = 0

  constructor(faults: string) {
    this.faults = faults
  }

  /** Of the reads whose answer told. */
  get hitRate(): number {
    const hits = this.tiers.of('memory') + this.tiers.of('redis')
    return hits / Math.max(1, hits + this.tiers.of('none'))
  }
}

export interface Violation {
  /** `stale after ack (304)` */
  what: string
  place: number
  tier: Tier
  id: number
  shown: number | string
  expected: number | string
  ageMs: number
  /** Of the run, when the read began. */
  atMs: number
  tookMs: number
  faults: string
}

const EXAMPLES = 5

export class Violations {
  readonly counts = new Counts()
  readonly examples: Violation[] = []
  worstMs = 0
  /** Resolves with the first one. */
  readonly first = Promise.withResolvers<void>()

  add(violation: Violation): void {
    this.counts.add(violation.what)
    this.worstMs = Math.max(this.worstMs, violation.ageMs)
    if (this.counts.of(violation.what) <= EXAMPLES) this.examples.push(violation)
    this.first.resolve()
  }
}
