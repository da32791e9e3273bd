/**
 * What the replicas share. Nothing here can make an answer wrong: an entry says which state it was read at, and its
 * reader decides; losing one costs a query. A Redis that is slow, hung or gone is left alone for a while.
 */
import { createClient } from 'redis'

export interface SharedTier extends AsyncDisposable {
  /**
   * The first text under this key that `read` accepts. When there is none, one asker at a time gets `undefined` at
   * once and is expected to `set` it; the others wait for that a little. Never throws, never takes longer than 80 ms.
   */
  find: <T>(key: string, read: (text: string) => T | undefined) => Promise<T | undefined>
  set: (key: string, text: string) => void
  /** Whether it has answered lately. */
  readonly healthy: boolean
}

export interface RedisOptions {
  url: string
  /** Before every key: what belongs to another database, or has another form, has another prefix. */
  prefix: string
  onTrouble: (error: unknown) => void
}

const FIND_MS = 80
const REST_MS = 1_000
const TTL_S = 600
const LEASE_MS = 1_000
const LEASE_POLLS = 3
const LEASE_POLL_MS = 5
/** Of commands that Redis has not answered yet. */
const MAX_QUEUED = 1_000

export function connectRedis({ url, prefix, onTrouble }: RedisOptions): SharedTier {
  const client = createClient({
    url,
    RESP: 3,
    disableOfflineQueue: true,
    commandsQueueMaxLength: MAX_QUEUED,
    pingInterval: 250,
    socket: {
      connectTimeout: 500,
      socketTimeout: 1_000,
      reconnectStrategy: (retries) => Math.min(50 * 2 ** retries, 1_000),
    },
  })
  let restUntil = 0
  const rest = (error: unknown): undefined => {
    if (performance.now() >= restUntil) onTrouble(error)
    restUntil = performance.now() + REST_MS
    return undefined
  }
  const ready = () => client.isReady && performance.now() >= restUntil
  client.on('error', rest)
  client.connect().catch(rest)

  async function seek<T>(key: string, read: (text: string) => T | undefined): Promise<T | undefined> {
    for (let poll = 0; poll <= LEASE_POLLS; poll += 1) {
      const text = await client.get(`${prefix}v:${key}`)
      const found = text === null ? undefined : read(text)
      if (found !== undefined) return found
      const leased =
        poll === 0 &&
        (await client.set(`${prefix}l:${key}`, '1', {
          condition: 'NX',
          expiration: { type: 'PX', value: LEASE_MS },
        }))
      if (leased === 'OK' || poll === LEASE_POLLS) break
      await Bun.sleep(LEASE_POLL_MS)
    }
    return undefined
  }

  return {
    get healthy() {
      return ready()
    },
    find: async (key, read) => {
      if (!ready()) return undefined
      return await within(FIND_MS, seek(key, read)).catch(rest)
    },
    set(key, text) {
      if (!ready()) return
      Promise.all([
        client.set(`${prefix}v:${key}`, text, { expiration: { type: 'EX', value: TTL_S } }),
        client.del(`${prefix}l:${key}`),
      ]).catch(rest)
    },
    [Symbol.asyncDispose]: async () => client.destroy(),
  }
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error(`Redis did not answer within ${ms} ms.`)), ms)
  try {
    return await Promise.race([work, late.promise])
  } finally {
    clearTimeout(timer)
  }
}
