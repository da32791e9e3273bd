/** Keys on the wire, whatever they open. Of none the secret is known any more. */
import * as v from 'valibot'
import { isoTime } from '#server/platform/iso-time.ts'
import { integer } from '#server/products/schema.ts'
import type { ApiKey } from './key-store.ts'

export const KeyById = v.strictObject({ id: integer(1, Number.MAX_SAFE_INTEGER) })

/** It stands in ledgers and logs, in one line. */
export const KeyName = v.pipe(
  v.string('must be a string'),
  v.regex(/^[^\p{C}\p{Z}]\P{C}{0,99}$/u, 'must be one line of 1 to 100 characters, without a space before'),
)

export const Key = v.object({
  id: v.number(),
  prefix: v.pipe(v.string(), v.description('By which the key is recognised.')),
  name: v.string(),
  created_at: v.string(),
  expires_at: v.nullable(v.string()),
  last_used_at: v.nullable(v.string()),
  revoked_at: v.nullable(v.string()),
})

export function keyToWire({ id, prefix, name, ...times }: ApiKey) {
  return {
    id,
    prefix,
    name,
    created_at: new Date(times.createdAt).toISOString(),
    expires_at: isoTime(times.expiresAt),
    last_used_at: isoTime(times.lastUsedAt),
    revoked_at: isoTime(times.revokedAt),
  }
}
