/**
 * Cached answers: served from memory, from Redis where another replica stored them, else from `load`. Each entry carries
 * the position of the change feed that was known before it was read; freshness.ts decides whether that version is still
 * current. So writers do not invalidate anything, and no tier serves an answer that is stale at the time of the read.
 */
import type { Freshness, FeedVersion, Tag } from './freshness.ts'
import type { MemoryTier } from './memory-tier.ts'
import type { SharedTier } from './redis-tier.ts'

export type Tier = 'memory' | 'redis' | 'none'

/** An answer as it is sent, and its headers. */
export interface CachedBody<Head> {
  text: string
  /** JSON. */
  head: Head
}

export interface Entry<Head> extends CachedBody<Head> {
  version: FeedVersion
  tag: Tag
}

export interface Read {
  key: string
  tag: Tag
  /** Asks `load` in any case. */
  refresh: boolean
}

export interface CacheParts<Head> {
  freshness: Freshness
  memory: MemoryTier<Entry<Head>>
  shared: SharedTier | undefined
  /** Of each read. */
  onRead: (tier: Tier) => void
  /** A cached answer differed from the database. */
  onInconsistent: (key: string) => void
  random: () => number
}

/** One hit in so many is read again and compared. */
const SAMPLED = 1000
/** Texts of this length or more may be sent compressed. */
export const COMPRESSED_FROM = 1024
/** Of an entry, beside its text and its key. */
export const ENTRY_BYTES = 700

export class Cache<Head> {
  readonly #parts: CacheParts<Head>
  readonly #flights = new Map<string, { version: FeedVersion; landing: Promise<CacheHit<Head>> }>()

  constructor(parts: CacheParts<Head>) {
    this.#parts = parts
  }

  /** What memory holds under the key, current or not. */
  peek(key: string): Entry<Head> | undefined {
    return this.#parts.memory.get(key)
  }

  /**
   * What `peek` gave, if it is current: without a promise where the database needs none. One in so many is left to
   * `read`, to be compared.
   */
  hit(entry: Entry<Head>): CacheHit<Head> | undefined | Promise<CacheHit<Head> | undefined> {
    const settling = this.#parts.freshness.settled()
    return settling ? settling.then(() => this.#ifCurrent(entry)) : this.#ifCurrent(entry)
  }

  #ifCurrent(entry: Entry<Head>): CacheHit<Head> | undefined {
    const { freshness, onRead, random } = this.#parts
    if (!freshness.isFresh(entry.version, entry.tag) || random() * SAMPLED < 1) return undefined
    // The garbage collector looks again at whatever old object was written to.
    if (entry.version !== freshness.known) entry.version = freshness.known
    onRead('memory')
    return found(entry, 'memory')
  }

  /** When there was no hit. */
  async read(read: Read, load: () => Promise<CachedBody<Head>>): Promise<CacheHit<Head>> {
    const { freshness, memory, onRead } = this.#parts
    const settling = freshness.settled()
    if (settling) await settling
    const own = read.refresh ? undefined : memory.get(read.key)
    if (own && freshness.isFresh(own.version, read.tag)) {
      onRead('memory')
      void this.#compare(read, own, load)
      return found(own, 'memory')
    }
    const landed = await this.#fly(read, load)
    onRead(landed.tier)
    return landed
  }

  /** Coalesces loads of one key; a caller joins a load in flight unless its tag has changed since that began. */
  async #fly(read: Read, load: () => Promise<CachedBody<Head>>): Promise<CacheHit<Head>> {
    const { freshness } = this.#parts
    const flying = this.#flights.get(read.key)
    if (flying && !read.refresh && freshness.isFresh(flying.version, read.tag)) return await flying.landing
    const version = freshness.known
    const landing = this.#fill(read, version, load)
    const flight = { version, landing }
    this.#flights.set(read.key, flight)
    try {
      return await landing
    } finally {
      if (this.#flights.get(read.key) === flight) this.#flights.delete(read.key)
    }
  }

  async #fill(
    { key, tag, refresh }: Read,
    version: FeedVersion,
    load: () => Promise<CachedBody<Head>>,
  ): Promise<CacheHit<Head>> {
    const { freshness, shared } = this.#parts
    if (!refresh) {
      const entry = await shared?.find(key, (text) => {
        const parsed = parseEntry<Head>(text)
        return parsed && freshness.isFresh(parsed.version, tag) ? { ...parsed, tag } : undefined
      })
      if (entry) {
        this.#store(key, entry)
        return found(entry, 'redis')
      }
    }
    const kept = await load()
    this.#store(key, { version, tag, ...kept })
    shared?.set(key, `${JSON.stringify({ version, head: kept.head })}\n${kept.text}`)
    return found(kept, 'none')
  }

  #store(key: string, entry: Entry<Head>): void {
    const characters = key.length + entry.text.length
    // A text with one character beyond Latin-1 is held with two bytes for each.
    const width = Buffer.byteLength(entry.text) === entry.text.length ? 1 : 2
    // An encoded copy, if there is one, has at most half its text's length.
    const encoded = entry.text.length >= COMPRESSED_FROM ? entry.text.length / 2 : 0
    this.#parts.memory.set(key, entry, characters * width + encoded + ENTRY_BYTES)
  }

  /** Only while nothing has changed between hit and comparison can the two be told apart. */
  async #compare({ key, tag }: Read, { text, version }: Entry<Head>, load: () => Promise<CachedBody<Head>>) {
    const { freshness, onInconsistent } = this.#parts
    try {
      const now = await load()
      await freshness.settled()
      if (freshness.isFresh(version, tag) && now.text !== text) onInconsistent(key)
    } catch {
      // The database is away: there is nothing to compare with.
    }
  }
}

export interface CacheHit<Head> extends CachedBody<Head> {
  tier: Tier
}

function found<Head>({ text, head }: CachedBody<Head>, tier: Tier): CacheHit<Head> {
  return { text, head, tier }
}

/** Undefined for a value of another format. */
function parseEntry<Head>(stored: string): Omit<Entry<Head>, 'tag'> | undefined {
  const end = stored.indexOf('\n')
  try {
    const { version, head } = JSON.parse(stored.slice(0, end)) as Pick<Entry<Head>, 'version' | 'head'>
    return { version: { seq: version.seq, at: version.at }, head, text: stored.slice(end + 1) }
  } catch {
    return undefined
  }
}
