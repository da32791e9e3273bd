/**
 * Decides whether a cached version is current. Every read first queries the head of the change feed, coalesced with
 * concurrent reads: everything committed before a read began is then known, and no older answer is served.
 */
import { coalesce } from '#server/platform/coalesce.ts'

export interface Change {
  /** In the order of the commits, without gaps. */
  seq: number
  /** Milliseconds since the epoch; with `seq` it names a state, even when a database was set back to an older one. */
  at: number
  subject: number
}

/** A position of the change feed: what was read saw this state or a later one. */
export type FeedVersion = Pick<Change, 'seq' | 'at'>

/** What an answer depends on: one product's id, or `any` product. */
export type Tag = number | 'any'

type Awaitable<T> = T | Promise<T>

/** The change feed, up to everything that was committed before the call. */
export interface ChangeFeed {
  head: () => Awaitable<Change | undefined>
  /** From `seq` on, oldest first. */
  from: (seq: number, limit: number) => Awaitable<readonly Change[]>
}

/** With more new changes than this, starting afresh is faster than reading them. */
const MAX_NEW_CHANGES = 5_000
/** How many changes are held: an entry whose version is older counts as stale. */
const MAX_REMEMBERED = 50_000
const NOTHING: FeedVersion = { seq: 0, at: 0 }

export class Freshness {
  readonly #feed: ChangeFeed
  #known: FeedVersion = NOTHING
  #begun = false
  /** The newest changes, oldest first. */
  readonly #remembered = new Map<number, Pick<Change, 'at' | 'subject'>>()
  readonly #lastChange = new Map<number, number>()
  readonly #settle = coalesce(() => this.#ask())

  constructor(feed: ChangeFeed) {
    this.#feed = feed
  }

  /** The newest position that is known. */
  get known(): FeedVersion {
    return this.#known
  }

  /** Resolves when everything committed before the call is known. */
  settled(): Awaitable<void> {
    return this.#settle()
  }

  /** Whether nothing with this tag has changed between this version and the newest known one. */
  isFresh({ seq, at }: FeedVersion, subject: Tag): boolean {
    if (seq === this.#known.seq) return at === this.#known.at
    if (subject === 'any' || this.#remembered.get(seq)?.at !== at) return false
    return (this.#lastChange.get(subject) ?? 0) <= seq
  }

  #ask(): Awaitable<void> {
    const changes = this.#begun ? this.#feed.from(this.#known.seq, MAX_NEW_CHANGES) : undefined
    if (changes && !(changes instanceof Promise) && this.#take(changes)) return
    return (async () => {
      if (!changes || !this.#take(await changes)) this.#beginAt(await this.#feed.head())
    })()
  }

  /** @returns false when the feed does not continue from the known position */
  #take(changes: readonly Change[]): boolean {
    const { seq, at } = this.#known
    const [first] = changes
    const goesOn = seq === 0 || (first?.seq === seq && first.at === at)
    if (!goesOn || changes.length === MAX_NEW_CHANGES) return false
    for (const change of changes) if (change.seq > seq) this.#remember(change)
    return true
  }

  #remember({ seq, at, subject }: Change): void {
    this.#known = { seq, at }
    this.#remembered.set(seq, { at, subject })
    this.#lastChange.set(subject, seq)
    const oldest = seq - MAX_REMEMBERED
    const forgotten = this.#remembered.get(oldest)
    this.#remembered.delete(oldest)
    if (forgotten && this.#lastChange.get(forgotten.subject) === oldest)
      this.#lastChange.delete(forgotten.subject)
  }

  #beginAt(head: Change | undefined): void {
    this.#begun = true
    this.#remembered.clear()
    this.#lastChange.clear()
    this.#known = NOTHING
    if (head) this.#remember(head)
  }
}
