/**
 * What was refused of late, for a person that was told a request id. Bounded, in memory; where there is a Redis, each
 * server leaves its list there for the others; servers on one port ask each other. Nothing of a caller's input is in it but the path, without its secrets.
 */
import * as v from 'valibot'
import type { ProblemCode } from '#server/errors.ts'
import type { Clock } from '#server/platform/clock.ts'
import { redacted } from '#server/platform/redact.ts'
import type { Redis } from '#server/platform/redis.ts'
import type { Siblings } from '#server/platform/siblings.ts'

/** As http/problem.ts makes it. */
export interface Refused {
  request_id: string
  code: ProblemCode
  status: number
  /** The path. */
  instance: string
}

const Entry = v.object({
  at: v.number(),
  request_id: v.string(),
  code: v.string(),
  status: v.number(),
  path: v.string(),
})
export type RecentError = v.InferOutput<typeof Entry>

export interface RecentErrors extends Disposable {
  record: (refused: Refused) => void
  /** Newest first. */
  list: () => Promise<RecentError[]>
}

export interface RecentErrorsParts {
  clock: Clock
  redis: Redis | undefined
  /** Servers with the same one show each other's. */
  prefix: string
  siblings: Pick<Siblings, 'ask' | 'answer'>
}

const TOPIC = 'errors'
const KEPT = 50
const MAX_PATH = 200
/** At most so often a server leaves its list in Redis. */
const SHARED_EVERY_MS = 1_000
/** The list of a server that has ended is shown for so long. */
const SHARED_FOR_S = 24 * 3_600

export function createRecentErrors({ clock, redis, prefix, siblings }: RecentErrorsParts): RecentErrors {
  // Apart, so that a flood of refusals leaves the failures where they are.
  const failures: RecentError[] = []
  const refusals: RecentError[] = []
  const own = () => [...failures, ...refusals]
  const shared = redis && shareIn(redis, `${prefix}errors`, own)
  siblings.answer(TOPIC, own)
  return {
    record({ request_id, code, status, instance }) {
      const ring = status >= 500 ? failures : refusals
      ring.push({ at: clock.now(), request_id, code, status, path: redacted(instance).slice(0, MAX_PATH) })
      if (ring.length > KEPT) ring.shift()
      shared?.changed()
    },
    async list() {
      const others = await shared?.others()
      const all = others ? [...own(), ...others] : (await siblings.ask(TOPIC)).flatMap(entriesIn)
      return all.toReversed().toSorted((a, b) => b.at - a.at)
    },
    [Symbol.dispose]: () => shared?.[Symbol.dispose](),
  }
}

function shareIn(redis: Redis, key: string, own: () => readonly RecentError[]) {
  const self = crypto.randomUUID()
  let timer: ReturnType<typeof setTimeout> | undefined
  const share = () => {
    timer = undefined
    redis.tell((client) =>
      client.multi().hSet(key, self, JSON.stringify(own())).expire(key, SHARED_FOR_S).exec(),
    )
  }
  return {
    changed() {
      timer ??= setTimeout(share, SHARED_EVERY_MS)
    },
    /** Undefined when Redis does not answer. */
    async others(): Promise<RecentError[] | undefined> {
      const lists = await redis.ask((client) => client.hGetAll(key))
      if (!lists) return undefined
      return Object.entries(lists).flatMap(([server, text]) => (server === self ? [] : entriesOf(text)))
    },
    [Symbol.dispose]: () => clearTimeout(timer),
  }
}

/** Another version may have written it. */
function entriesOf(text: string): RecentError[] {
  try {
    return entriesIn(JSON.parse(text))
  } catch {
    return []
  }
}

function entriesIn(list: unknown): RecentError[] {
  const parsed = v.safeParse(v.array(Entry), list)
  return parsed.success ? parsed.output : []
}
