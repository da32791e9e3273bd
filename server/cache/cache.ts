/**
 * Answers that are read once and served until something they tell of has changed: from memory, from what other
 * replicas have put into Redis, else from `load`. Whatever is kept is labelled with the state that was known before
 * it was read; freshness.ts says whether that label still holds. So nobody who writes has to do anything, and no
 * tier can serve what is older than the read.
 */
import type { Freshness, Label, Subject } from './freshness.ts'
import type { MemoryTier } from './memory-tier.ts'
import type { SharedTier } from './redis-tier.ts'

export type Tier = 'memory' | 'redis' | 'none'

/** An answer as it is sent, and what is to be known about it beside. */
export interface Kept<Head> {
  text: string
  /** JSON. */
  head: Head
}

export interface Entry<Head> extends Kept<Head> {
  label: Label
  subject: Subject
}

export interface Read {
  key: string
  subject: Subject
  /** Asks `load` in any case. */
  refresh: boolean
}

export interface CacheParts<Head> {
  freshness: Freshness
  memory: MemoryTier<Entry<Head>>
  shared: SharedTier | undefined
  /** Of each read. */
  onRead: (tier: Tier) => void
  /** A kept answer was not what the database says. */
  onInconsistent: (key: string) => void
  random: () => number
}

/** One hit in so many is read again and compared. */
const SAMPLED = 1000
/** Of an entry, beside its text and its key. */
export const ENTRY_BYTES = 700

export class Cache<Head> {
  readonly #parts: CacheParts<Head>
  readonly #flights = new Map<string, { label: Label; landing: Promise<Found<Head>> }>()

  constructor(parts: CacheParts<Head>) {
    this.#parts = parts
  }

  /** From memory, without a promise where the database needs none. One hit in so many is left to `read`, to compare. */
  hit(key: string): Found<Head> | undefined | Promise<Found<Head> | undefined> {
    const settling = this.#parts.freshness.settled()
    return settling ? settling.then(() => this.#own(key)) : this.#own(key)
  }

  #own(key: string): Found<Head> | undefined {
    const { freshness, memory, onRead, random } = this.#parts
    const entry = memory.get(key)
    if (!entry || !freshness.holds(entry.label, entry.subject) || random() * SAMPLED < 1) return undefined
    entry.label = freshness.known
    onRead('memory')
    return found(entry, 'memory')
  }

  /** When there was no hit. */
  async read(read: Read, load: () => Promise<Kept<Head>>): Promise<Found<Head>> {
    const { freshness, memory, onRead } = this.#parts
    const settling = freshness.settled()
    if (settling) await settling
    const own = read.refresh ? undefined : memory.get(read.key)
    if (own && freshness.holds(own.label, read.subject)) {
      onRead('memory')
      void this.#compare(read, own, load)
      return found(own, 'memory')
    }
    const landed = await this.#fly(read, load)
    onRead(landed.tier)
    return landed
  }

  /** Everybody who asks for the same while it is being read gets that, unless it has changed since the reading began. */
  async #fly(read: Read, load: () => Promise<Kept<Head>>): Promise<Found<Head>> {
    const { freshness } = this.#parts
    const flying = this.#flights.get(read.key)
    if (flying && !read.refresh && freshness.holds(flying.label, read.subject)) return await flying.landing
    const label = freshness.known
    const landing = this.#fill(read, label, load)
    const flight = { label, landing }
    this.#flights.set(read.key, flight)
    try {
      return await landing
    } finally {
      if (this.#flights.get(read.key) === flight) this.#flights.delete(read.key)
    }
  }

  async #fill(
    { key, subject, refresh }: Read,
    label: Label,
    load: () => Promise<Kept<Head>>,
  ): Promise<Found<Head>> {
    const { freshness, shared } = this.#parts
    if (!refresh) {
      const entry = await shared?.find(key, (text) => {
        const parsed = parseEntry<Head>(text)
        return parsed && freshness.holds(parsed.label, subject) ? { ...parsed, subject } : undefined
      })
      if (entry) {
        this.#keep(key, entry)
        return found(entry, 'redis')
      }
    }
    const kept = await load()
    this.#keep(key, { label, subject, ...kept })
    shared?.set(key, `${JSON.stringify({ label, head: kept.head })}\n${kept.text}`)
    return found(kept, 'none')
  }

  #keep(key: string, entry: Entry<Head>): void {
    const characters = key.length + entry.text.length
    // A text with one character beyond Latin-1 is held with two bytes for each.
    const width = Buffer.byteLength(entry.text) === entry.text.length ? 1 : 2
    this.#parts.memory.set(key, entry, characters * width + ENTRY_BYTES)
  }

  /** Only while nothing has changed between hit and comparison can the two be told apart. */
  async #compare({ key, subject }: Read, { text, label }: Entry<Head>, load: () => Promise<Kept<Head>>) {
    const { freshness, onInconsistent } = this.#parts
    try {
      const now = await load()
      await freshness.settled()
      if (freshness.holds(label, subject) && now.text !== text) onInconsistent(key)
    } catch {
      // The database is away: there is nothing to compare with.
    }
  }
}

export interface Found<Head> extends Kept<Head> {
  tier: Tier
}

function found<Head>({ text, head }: Kept<Head>, tier: Tier): Found<Head> {
  return { text, head, tier }
}

/** What somebody else has put there is no entry. */
function parseEntry<Head>(stored: string): Omit<Entry<Head>, 'subject'> | undefined {
  const end = stored.indexOf('\n')
  try {
    const { label, head } = JSON.parse(stored.slice(0, end)) as Pick<Entry<Head>, 'label' | 'head'>
    return { label: { seq: label.seq, at: label.at }, head, text: stored.slice(end + 1) }
  } catch {
    return undefined
  }
}
