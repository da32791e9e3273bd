/** Feed keys over the API: for admins, because each opens the prices and the availability of the whole catalogue. */
import * as v from 'valibot'
import { ProblemError } from '#server/errors.ts'
import { isoTime } from '#server/platform/iso-time.ts'
import { mutation, query } from '#server/operation.ts'
import { integer, Nothing } from '#server/products/schema.ts'
import type { ApiKey } from './key-store.ts'

const SCOPE = 'feeds:read'

const shared = { scope: 'admin', cost: 'write' } as const

const ById = v.strictObject({ id: integer(1, Number.MAX_SAFE_INTEGER) })
const NewFeedKey = v.strictObject({
  name: v.pipe(
    v.string('must be a string'),
    v.regex(/^[^\p{C}\p{Z}]\P{C}{0,99}$/u, 'must be one line of 1 to 100 characters, without a space before'),
  ),
})

const FeedKey = v.object({
  id: v.number(),
  prefix: v.pipe(v.string(), v.description('By which the key is recognised.')),
  name: v.string(),
  created_at: v.string(),
  expires_at: v.nullable(v.string()),
  last_used_at: v.nullable(v.string()),
  revoked_at: v.nullable(v.string()),
})

export const feedKeyOperations = {
  list: query({
    rest: 'GET /feed-keys',
    summary: 'Every key of feeds there ever was, newest first',
    input: Nothing,
    output: v.object({ items: v.array(FeedKey) }),
    scope: 'admin',
    cost: 'read',
    run: async ({ keys }) => ({ items: (await keys.list()).filter(isFeedKey).map(toWire) }),
  }),

  create: mutation({
    ...shared,
    rest: 'POST /feed-keys',
    summary: 'A key that reads feeds and nothing else, shown this once',
    input: NewFeedKey,
    output: v.object({ ...FeedKey.entries, key: v.string() }),
    status: 201,
    async run({ keys }, { name }) {
      const created = await keys.create({ name, scopes: [SCOPE] })
      return { ...toWire(created), key: created.key }
    },
  }),

  revoke: mutation({
    ...shared,
    rest: 'DELETE /feed-keys/:id',
    summary: 'End a feed key: at once, on every server',
    input: ById,
    output: ById,
    status: 204,
    errors: ['FEED_KEY_NOT_FOUND'],
    async run({ keys }, { id }) {
      const isOne = (await keys.list()).some((key) => key.id === id && isFeedKey(key))
      if (!isOne) throw new ProblemError('FEED_KEY_NOT_FOUND', `No feed key has the id ${id}.`)
      await keys.revoke(String(id))
      return { id }
    },
  }),
}

function isFeedKey({ scopes }: ApiKey): boolean {
  return scopes.length > 0 && scopes.every((scope) => scope === SCOPE)
}

function toWire({ id, prefix, name, createdAt, expiresAt, lastUsedAt, revokedAt }: ApiKey) {
  return {
    id,
    prefix,
    name,
    created_at: new Date(createdAt).toISOString(),
    expires_at: isoTime(expiresAt),
    last_used_at: isoTime(lastUsedAt),
    revoked_at: isoTime(revokedAt),
  }
}
