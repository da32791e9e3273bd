/**
 * Whether what was read before still is so. Every reader asks the database's change feed first; those that wait
 * together share one question, but only one that began after they came: whatever was committed before a read began
 * is then known, and no answer from before it is served.
 */
import { sharedQuestion } from '#server/platform/coalesce.ts'

export interface Change {
  /** In the order of the commits, without gaps. */
  seq: number
  /** Milliseconds since the epoch; with `seq` it names a state, even when a database was set back to an older one. */
  at: number
  subject: number
}

/** The state that something was read at, or before. */
export type Label = Pick<Change, 'seq' | 'at'>

/** What an answer tells of: one thing, or something that any change may be about. */
export type Subject = number | 'any'

type Awaitable<T> = T | Promise<T>

/** Everything that was committed before the call. */
export interface ChangeFeed {
  newest: () => Awaitable<Change | undefined>
  /** From `seq` on, oldest first. */
  from: (seq: number, limit: number) => Awaitable<readonly Change[]>
}

/** More changes at once than this and it is quicker to forget everything. */
const MAX_NEW_CHANGES = 5_000
/** How many changes are remembered: an answer that was not asked for during as many is read again. */
const MAX_REMEMBERED = 50_000
const NOTHING: Label = { seq: 0, at: 0 }

export class Freshness {
  readonly #feed: ChangeFeed
  #known: Label = NOTHING
  #begun = false
  /** The changes since the state that everything is compared with, oldest first. */
  readonly #remembered = new Map<number, Pick<Change, 'at' | 'subject'>>()
  readonly #lastChange = new Map<number, number>()
  readonly #settle = sharedQuestion(() => this.#ask())

  constructor(feed: ChangeFeed) {
    this.#feed = feed
  }

  /** The newest state that is known of. */
  get known(): Label {
    return this.#known
  }

  /** When it is done, whatever was committed before the call is known. */
  settled(): Awaitable<void> {
    return this.#settle()
  }

  /** Whether nothing of the subject has changed between this state and the newest known one. */
  holds({ seq, at }: Label, subject: Subject): boolean {
    if (seq === this.#known.seq) return at === this.#known.at
    if (subject === 'any' || this.#remembered.get(seq)?.at !== at) return false
    return (this.#lastChange.get(subject) ?? 0) <= seq
  }

  #ask(): Awaitable<void> {
    const changes = this.#begun ? this.#feed.from(this.#known.seq, MAX_NEW_CHANGES) : undefined
    if (changes && !(changes instanceof Promise) && this.#take(changes)) return
    return (async () => {
      if (!changes || !this.#take(await changes)) this.#beginAt(await this.#feed.newest())
    })()
  }

  /** @returns false when the feed does not go on from what is known */
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

  #beginAt(newest: Change | undefined): void {
    this.#begun = true
    this.#remembered.clear()
    this.#lastChange.clear()
    this.#known = NOTHING
    if (newest) this.#remember(newest)
  }
}
