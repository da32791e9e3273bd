/** Feed keys over the API: for admins, because each opens the prices and the availability of the whole catalogue. */
import * as v from 'valibot'
import { ProblemError } from '#server/errors.ts'
import { mutation, query } from '#server/operation.ts'
import { Nothing } from '#server/products/schema.ts'
import type { ApiKey } from './key-store.ts'
import { Key, KeyById, KeyName, keyToWire } from './schema.ts'

const SCOPE = 'feeds:read'

const shared = { scope: 'admin', cost: 'write', subject: 'key' } as const

const NewFeedKey = v.strictObject({ name: KeyName })

export const feedKeyOperations = {
  list: query({
    rest: 'GET /feed-keys',
    summary: 'Every key of feeds that holds and those that ended last, newest first',
    input: Nothing,
    output: v.object({ items: v.array(Key) }),
    scope: 'admin',
    cost: 'read',
    run: async ({ keys }) => ({ items: (await keys.list()).filter(isFeedKey).map(keyToWire) }),
  }),

  create: mutation({
    ...shared,
    rest: 'POST /feed-keys',
    summary: 'A key that reads feeds and nothing else, shown this once',
    input: NewFeedKey,
    output: v.object({ ...Key.entries, key: v.string() }),
    status: 201,
    errors: ['KEY_LIMIT_REACHED'],
    async run({ keys }, { name }) {
      const created = await keys.create({ name, scopes: [SCOPE] })
      return { ...keyToWire(created), key: created.key }
    },
  }),

  revoke: mutation({
    ...shared,
    rest: 'DELETE /feed-keys/:id',
    summary: 'End a feed key: at once, on every server',
    input: KeyById,
    output: KeyById,
    status: 204,
    errors: ['FEED_KEY_NOT_FOUND'],
    async run({ keys }, { id }) {
      if (!(await keys.revoke(String(id), isFeedKey)))
        throw new ProblemError('FEED_KEY_NOT_FOUND', `No feed key has the id ${id}.`)
      return { id }
    },
  }),
}

function isFeedKey({ scopes }: ApiKey): boolean {
  return scopes.length > 0 && scopes.every((scope) => scope === SCOPE)
}
