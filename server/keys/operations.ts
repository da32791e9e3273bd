/** Keys over the API, for admins: such a key can do whatever one that it makes can. */
import * as v from 'valibot'
import { SCOPES } from '#server/caller.ts'
import type { Context } from '#server/context.ts'
import { ProblemError } from '#server/errors.ts'
import { mutation, query } from '#server/operation.ts'
import { integer, Nothing } from '#server/products/schema.ts'
import { callerIdOf } from './key-ring.ts'
import type { ApiKey } from './key-store.ts'
import { Key, KeyById, KeyName, keyToWire } from './schema.ts'

const DAY_MS = 24 * 3_600_000
const MAX_DAYS = 9_999

const shared = { scope: 'admin', cost: 'write', subject: 'key' } as const

const scopes = v.pipe(
  v.array(v.picklist(SCOPES, `must be one of ${SCOPES.join(', ')}`)),
  v.minLength(1, 'must name a scope'),
  v.maxLength(SCOPES.length, `must have at most ${SCOPES.length} scopes`),
)

const NewKey = v.strictObject({
  name: KeyName,
  scopes,
  expires_in_days: v.pipe(
    v.optional(integer(1, MAX_DAYS)),
    v.description('Until it ends by itself; without it, never.'),
  ),
})

const ScopedKey = v.object({
  ...Key.entries,
  scopes: v.array(v.picklist(SCOPES)),
  is_own: v.pipe(v.boolean(), v.description('The one that asks, or that opened the session which asks.')),
})

export const keyOperations = {
  list: query({
    rest: 'GET /keys',
    summary: 'Every key that holds and the last 1,000 that ended, those of feeds included, newest first',
    input: Nothing,
    output: v.object({ items: v.array(ScopedKey) }),
    scope: 'admin',
    cost: 'read',
    run: async (ctx) => ({ items: (await ctx.keys.list()).map((key) => toWire(ctx, key)) }),
  }),

  create: mutation({
    ...shared,
    rest: 'POST /keys',
    summary: 'A key with these scopes, shown this once',
    input: NewKey,
    output: v.object({ ...ScopedKey.entries, key: v.string() }),
    status: 201,
    errors: ['KEY_LIMIT_REACHED'],
    isSecret: true,
    async run(ctx, { name, scopes: wanted, expires_in_days: days }) {
      const expiresAt = days === undefined ? null : ctx.clock.now() + days * DAY_MS
      const created = await ctx.keys.create({ name, scopes: [...new Set(wanted)], expiresAt })
      return { ...toWire(ctx, created), key: created.key }
    },
  }),

  revoke: mutation({
    ...shared,
    rest: 'DELETE /keys/:id',
    summary: 'End a key and the sessions opened with it: at once, on every server',
    input: KeyById,
    output: KeyById,
    status: 204,
    errors: ['KEY_NOT_FOUND'],
    async run({ keys }, { id }) {
      if (!(await keys.revoke(String(id))))
        throw new ProblemError('KEY_NOT_FOUND', `No key has the id ${id}.`)
      return { id }
    },
  }),
}

function toWire({ caller }: Context, key: ApiKey) {
  return { ...keyToWire(key), scopes: key.scopes, is_own: caller.id === callerIdOf(key) }
}
