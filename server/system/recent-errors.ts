/**
 * What was refused of late, for a person that was told a request id. Bounded, in memory; where there is a Redis, each
 * server leaves its list there for the others. Nothing of a caller's input is in it but the path, without its secrets.
 */
import * as v from 'valibot'
import type { ProblemCode } from '#server/errors.ts'
import type { Clock } from '#server/platform/clock.ts'
import { redacted } from '#server/platform/redact.ts'
import type { Redis } from '#server/platform/redis.ts'

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
}

const KEPT = 50
const MAX_PATH = 200
/** At most so often a server leaves its list in Redis. */
const SHARED_EVERY_MS = 1_000
/** The list of a server that has ended is shown for so long. */
const SHARED_FOR_S = 24 * 3_600

export function createRecentErrors({ clock, redis, prefix }: RecentErrorsParts): RecentErrors {
  // Apart, so that a flood of refusals leaves the failures where they are.
  const failures: RecentError[] = []
  const refusals: RecentError[] = []
  const own = () => [...failures, ...refusals]
  const shared = redis && shareIn(redis, `${prefix}errors`, own)
  return {
    record({ request_id, code, status, instance }) {
      const ring = status >= 500 ? failures : refusals
      ring.push({ at: clock.now(), request_id, code, status, path: redacted(instance).slice(0, MAX_PATH) })
      if (ring.length > KEPT) ring.shift()
      shared?.changed()
    },
    async list() {
      const all = [...own(), ...((await shared?.others()) ?? [])]
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
    async others(): Promise<RecentError[]> {
      const lists = (await redis.ask((client) => client.hGetAll(key))) ?? {}
      return Object.entries(lists).flatMap(([server, text]) => (server === self ? [] : entriesIn(text)))
    },
    [Symbol.dispose]: () => clearTimeout(timer),
  }
}

/** Another version may have written it. */
function entriesIn(text: string): RecentError[] {
  try {
    return v.parse(v.array(Entry), JSON.parse(text))
  } catch {
    return []
  }
}
