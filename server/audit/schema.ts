/** The audit on the wire. */
import * as v from 'valibot'
import { cursor, integer, limit, text } from '#server/products/schema.ts'
import { SUBJECT_KINDS } from './subject.ts'

const instant = v.pipe(v.string(), v.isoTimestamp('must be a time such as 2026-11-01T09:30:00Z'))

const filters = {
  from: v.optional(instant),
  to: v.optional(instant),
  key_id: v.optional(integer(1, Number.MAX_SAFE_INTEGER)),
  actor: v.pipe(
    v.optional(text(100)),
    v.description('The name of a key, `admin key`, `anyone`, `anonymous`, `job` or `command line`.'),
  ),
  operation: v.pipe(v.optional(text(100)), v.description('Such as `products.update`.')),
  subject: v.optional(v.picklist(SUBJECT_KINDS, `must be one of ${SUBJECT_KINDS.join(', ')}`)),
  subject_id: v.optional(text(200)),
}

export const AuditQuery = v.strictObject({ ...filters, limit, cursor })
export const AuditExportQuery = v.strictObject(filters)
export type AuditFilters = v.InferOutput<typeof AuditExportQuery>

export const AuditEntry = v.pipe(
  v.object({
    id: v.number(),
    at: v.pipe(v.string(), v.isoTimestamp()),
    request_id: v.pipe(v.nullable(v.string()), v.description('Null for what no request asked for.')),
    key_id: v.pipe(v.nullable(v.number()), v.description('Null where it was no key of the database.')),
    actor: v.string(),
    operation: v.string(),
    subject: v.string(),
    subject_id: v.pipe(
      v.nullable(v.string()),
      v.description('Null where there is no single one. Of a refused sign-in the public part of the key.'),
    ),
    outcome: v.pipe(
      v.string(),
      v.description(
        '`done`, or the code of a refusal. What takes many transactions has an entry `begun` before. A run of ads by the command line ends as `done`, `failed`, `parked` or `interrupted`, or with the code of what stopped it.',
      ),
    ),
  }),
  v.title('AuditEntry'),
)

export const AuditEntries = v.object({ items: v.array(AuditEntry), next_cursor: v.nullable(v.string()) })
