/**
 * What is known of one product, and what a read may therefore show. Versions count a product's writes; not there yet
 * is 0, and deleted is beyond every version: so every history only ever goes up. All times are of one clock, ms.
 */
export const ABSENT = 0
export const GONE = Infinity

/** What a write directly in SQL may take to be seen. */
export const DELTA_MS = 1_000

/** What was known when a read began: it must show at least this. */
export interface LowerBound {
  at: number
  /** The newest version whose write had been answered. */
  acked: number
  /** The newest version that another read had shown. */
  seen: number
  /** The newest version committed by SQL, long enough ago. */
  direct: number
  /** Whether everything about the product was certain; `changes` tells whether it stayed so. */
  settled: boolean
  changes: number
}

export type Mistake =
  | 'stale after ack'
  | 'stale beyond Δ'
  | 'back in time'
  | 'a version nobody wrote'
  | 'two contents of one version'

export interface Finding {
  mistake: Mistake
  expected: number
  /** How long ago, when the read began, what it should have shown was known. */
  ageMs: number
}

interface Known {
  version: number
  stock: number
  word: string
}

const REMEMBERED = 64

export class ProductHistory {
  readonly id: number
  known: Known = { version: ABSENT, stock: 0, word: '' }
  deletionBegun = false
  #acked = ABSENT
  #seen = ABSENT
  /** Writes begun, the creation included: there can be no higher version. */
  #begun = 1
  #pending = 0
  /** A write's result never came: it may happen at any time from now on. */
  #doubtful = false
  #changes = 0
  /** The newest last. */
  readonly #acks: { version: number; at: number }[] = []
  readonly #commits: { version: number; at: number }[] = []
  readonly #contents = new Map<number, string>()

  constructor(id: number) {
    this.id = id
  }

  get version(): number {
    return Math.max(this.#acked, this.#seen)
  }

  get exists(): boolean {
    return this.#acked > ABSENT && !this.deletionBegun
  }

  get doubtful(): boolean {
    return this.#doubtful
  }

  floor(now: number): LowerBound {
    return {
      at: now,
      acked: this.#acked,
      seen: this.#seen,
      direct: this.#commits.findLast(({ at }) => at <= now - DELTA_MS)?.version ?? ABSENT,
      settled: this.#pending === 0 && !this.#doubtful,
      changes: this.#changes,
    }
  }

  /** For a read that began before the product was first written. */
  floorOfStranger(at: number): LowerBound {
    const [deleted] = this.#acks.slice(-1)
    const gone = deleted?.version === GONE && deleted.at < at
    return { at, acked: gone ? GONE : ABSENT, seen: ABSENT, direct: ABSENT, settled: false, changes: 0 }
  }

  /** Nothing was written between the floor and now. */
  stayedSettled(floor: LowerBound): boolean {
    return floor.settled && floor.changes === this.#changes
  }

  writeBegins({ deletes = false } = {}): void {
    this.#begun += 1
    this.#pending += 1
    this.#changes += 1
    if (deletes) this.deletionBegun = true
  }

  /** @param known nothing, when the write was refused and so did nothing */
  writeEnds(now: number, known?: Known): void {
    this.#pending -= 1
    this.#changes += 1
    if (known) this.acknowledge(now, known)
  }

  writeIsLost(): void {
    this.#pending -= 1
    this.#doubtful = true
  }

  acknowledge(now: number, known: Known): void {
    if (known.version <= this.#acked) return
    this.known = known
    this.#acked = known.version
    remember(this.#acks, { version: known.version, at: now })
  }

  committedBySql(now: number, version: number): void {
    this.#pending -= 1
    this.#changes += 1
    this.known = { ...this.known, version: Math.max(version, this.known.version) }
    remember(this.#commits, { version, at: now })
  }

  /**
   * What a product that is not shown is taken for. A read that began before anything was known of the product may have
   * seen the state before its creation, however late its answer comes.
   */
  whenMissing({ acked, seen }: LowerBound): number {
    const wasThere = Math.max(acked, seen) > ABSENT
    return this.deletionBegun && wasThere ? GONE : ABSENT
  }

  /** Takes in what a read has shown, and says what is wrong with it. */
  judge(version: number, { floor, content }: { floor: LowerBound; content?: string | undefined }): Finding[] {
    const findings: Finding[] = []
    const find = (mistake: Mistake, expected: number) =>
      findings.push({ mistake, expected, ageMs: floor.at - this.#knownSince(version, floor.at) })
    if (version < floor.acked) find('stale after ack', floor.acked)
    else if (version < floor.direct) find('stale beyond Δ', floor.direct)
    else if (version < floor.seen) find('back in time', floor.seen)
    if (version !== GONE && version > this.#begun) find('a version nobody wrote', this.#begun)
    if (content !== undefined && this.#differs(version, content)) find('two contents of one version', version)
    if (version > this.#seen) this.#seen = version
    return findings
  }

  /** How long before the read a version committed by SQL was there that it does not show; 0 when it shows all. */
  behindSqlMs(version: number, floor: LowerBound): number {
    const missed = this.#commits.find((commit) => commit.version > version && commit.at <= floor.at)
    return missed ? floor.at - missed.at : 0
  }

  #knownSince(version: number, until: number): number {
    const newer = [...this.#acks, ...this.#commits].filter((known) => known.version > version)
    return newer.reduce((earliest, { at }) => Math.min(earliest, at), until)
  }

  #differs(version: number, content: string): boolean {
    const before = this.#contents.get(version)
    if (before !== undefined) return before !== content
    this.#contents.set(version, content)
    if (this.#contents.size > REMEMBERED)
      for (const oldest of this.#contents.keys()) {
        this.#contents.delete(oldest)
        break
      }
    return false
  }
}

function remember<T>(list: T[], item: T): void {
  list.push(item)
  if (list.length > REMEMBERED) list.shift()
}
