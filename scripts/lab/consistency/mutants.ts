/** Caches, and ways to write, that are broken on purpose. The checker has to find each of them; if it does not, it proves nothing. */
import type { Database } from '#db/database.ts'
import type { CreateCache } from '#server/cache/answer-cache.ts'
import { Cache } from '#server/cache/cache.ts'
import type { Cluster } from './cluster.ts'
import type { FaultName } from './faults.ts'

export interface Mutant {
  what: string
  /** Under which it shows soon. */
  faults: readonly FaultName[]
  create?: CreateCache
  wrapDatabase?: (db: Database) => Database
  prepare?: (cluster: Cluster) => unknown
}

const UNASKED_MS = 50

/** Some windows are too short to be hit soon when everything is on one machine. */
function farFromDatabase({ replicas }: Cluster): void {
  replicas[0]?.toDatabase.set('slow')
}

const WAY_BACK_MS = 50
const COMMIT_MS = 20

export const MUTANTS = {
  'joins-questions': {
    what: 'a read joins a question about freshness that is already under way',
    faults: [],
    prepare: farFromDatabase,
    create(parts) {
      const { freshness } = parts
      const settle = freshness.settled.bind(freshness)
      let asking: Promise<void> | undefined
      freshness.settled = () =>
        (asking ??= Promise.resolve(settle()).finally(() => {
          asking = undefined
        }))
      return new Cache(parts)
    },
  },
  'asks-seldom': {
    what: 'freshness is asked for every 50 ms only',
    faults: [],
    create(parts) {
      const { freshness } = parts
      const settle = freshness.settled.bind(freshness)
      let askedAt = -Infinity
      freshness.settled = () => {
        if (performance.now() < askedAt + UNASKED_MS) return undefined
        askedAt = performance.now()
        return settle()
      }
      return new Cache(parts)
    },
  },
  'labels-late': {
    what: 'what was read is labelled with the state that is known afterwards',
    faults: [],
    prepare: farFromDatabase,
    create(parts) {
      const { memory, freshness } = parts
      const set = memory.set.bind(memory)
      memory.set = (key, entry, bytes) => set(key, { ...entry, version: freshness.known }, bytes)
      return new Cache(parts)
    },
  },
  'trusts-redis': {
    what: 'what comes from Redis is taken without a look at its version',
    faults: ['redis-from-an-old-dump'],
    create(parts) {
      const { freshness, shared } = parts
      if (!shared) return new Cache(parts)
      const trusting = Object.create(shared) as typeof shared
      trusting.find = (key, read) =>
        shared.find(key, (text) => {
          const end = text.indexOf('\n')
          const head = { ...(JSON.parse(text.slice(0, end)) as object), version: freshness.known }
          return read(JSON.stringify(head) + text.slice(end))
        })
      return new Cache({ ...parts, shared: trusting })
    },
  },
  'keeps-lists': {
    what: 'lists and searches are kept although something has changed',
    faults: [],
    create(parts) {
      const { freshness } = parts
      const isFresh = freshness.isFresh.bind(freshness)
      freshness.isFresh = (version, tag) => tag === 'any' || isFresh(version, tag)
      return new Cache(parts)
    },
  },
  'keeps-absence': {
    what: 'that there is no such product is kept although it was created',
    faults: [],
    create(parts) {
      const { memory, freshness } = parts
      const get = memory.get.bind(memory)
      memory.get = (key) => {
        const entry = get(key)
        return entry?.head.refusal ? { ...entry, version: freshness.known } : entry
      }
      return new Cache(parts)
    },
  },
  'joins-reads': {
    what: 'a read joins one of the same that is already under way, whatever has changed',
    faults: [],
    prepare: farFromDatabase,
    create(parts) {
      const cache = new Cache(parts)
      const read = cache.read.bind(cache)
      const flights = new Map<string, ReturnType<typeof read>>()
      cache.read = async (asked, load) => {
        const flying = flights.get(asked.key)
        if (flying) return await flying
        // As if what was read took its time on the way back.
        const returned = async () => {
          const answer = await read(asked, load)
          await Bun.sleep(WAY_BACK_MS)
          return answer
        }
        const flight = returned().finally(() => flights.delete(asked.key))
        flights.set(asked.key, flight)
        return await flight
      }
      return cache
    },
  },
  'follows-a-sequence': {
    what: 'the change feed is numbered without the lock that makes its order that of the commits',
    faults: [],
    async prepare({ sql }) {
      await sql.unsafe('create sequence unlocked_changes start 1000')
      const [row]: { source: string }[] =
        await sql`select pg_get_functiondef('record_product_change'::regproc) as source`
      const source = (row?.source ?? '')
        .replace(/perform pg_advisory_xact_lock\(\d+\);/, '')
        .replace(/coalesce\(max\(seq\), 0\) \+ 1/, "nextval('unlocked_changes')")
        .replace(/\n\s*from changes;/, ';\n  perform pg_sleep(random() * 0.03);')
      if (!source.includes('unlocked_changes') || source.includes('advisory') || source.includes('max(seq)'))
        throw new Error('The trigger of the change feed is not as it was: this mutant needs another way.')
      await sql.unsafe(source)
    },
  },
  'answers-before-the-commit': {
    what: 'a write is answered when it is written, and committed afterwards',
    faults: [],
    wrapDatabase: (db) => ({
      ...db,
      async withTransaction(run) {
        const written = Promise.withResolvers<Awaited<ReturnType<typeof run>>>()
        const committed = db.withTransaction(async (tx) => {
          const result = await run(tx)
          written.resolve(result)
          await Bun.sleep(COMMIT_MS)
          return result
        })
        return await Promise.race([written.promise, committed])
      },
    }),
  },
} satisfies Record<string, Mutant>

export type MutantName = keyof typeof MUTANTS
