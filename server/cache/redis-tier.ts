/**
 * What the replicas share. Nothing here can make an answer wrong: an entry says which state it was read at, and its
 * reader decides; losing one costs a query. A Redis that is slow, hung or gone is left alone for a while.
 */
import type { Redis, RedisClient } from '#server/platform/redis.ts'

export interface SharedTier {
  /**
   * The first text under this key that `read` accepts. When there is none, one asker at a time gets `undefined` at
   * once and is expected to `set` it; the others wait for that a little. Never throws, never takes longer than 80 ms.
   */
  find: <T>(key: string, read: (text: string) => T | undefined) => Promise<T | undefined>
  set: (key: string, text: string) => void
}

const TTL_S = 600
const LEASE_MS = 1_000
const LEASE_POLLS = 3
const LEASE_POLL_MS = 5

/** @param prefix before every key: what belongs to another database, or has another form, has another prefix */
export function redisTier(redis: Redis, prefix: string): SharedTier {
  async function seek<T>(client: RedisClient, key: string, read: (text: string) => T | undefined) {
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
    find: (key, read) => redis.ask((client) => seek(client, key, read)),
    set: (key, text) =>
      redis.tell((client) =>
        Promise.all([
          client.set(`${prefix}v:${key}`, text, { expiration: { type: 'EX', value: TTL_S } }),
          client.del(`${prefix}l:${key}`),
        ]),
      ),
  }
}
