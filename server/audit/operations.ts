/** Reading the audit, for admins: as pages, and whole as CSV. */
import { stringify } from 'csv-stringify/sync'
import type * as v from 'valibot'
import type { AuditRow } from '#db/schema.postgres.ts'
import type { Context } from '#server/context.ts'
import { download } from '#server/file-route.ts'
import { query } from '#server/operation.ts'
import { protectCell } from '#server/products/csv-format.ts'
import { decodeCursor, pageOf } from '#server/products/cursor.ts'
import type { AuditFilter } from './audit.ts'
import * as schema from './schema.ts'

const COLUMNS = [
  'id',
  'at',
  'request_id',
  'key_id',
  'actor',
  'operation',
  'subject',
  'subject_id',
  'outcome',
] as const
const LINES_AT_ONCE = 1000

export const auditOperations = {
  list: query({
    rest: 'GET /audit',
    summary: 'Which key wrote what and when, newest first: operations, sign-ins, backups',
    description:
      'An entry tells the operation and its subject, not the values: those are in the ledger of stock, the history of prices and the change feed. Refused sign-ins are bounded to 30 an hour of a server.',
    example: { operation: 'products.update', subject: 'product', subject_id: '42' },
    input: schema.AuditQuery,
    output: schema.AuditEntries,
    scope: 'admin',
    cost: 'search',
    run: list,
  }),
}

export const auditRoutes = {
  audit: download({
    rest: 'GET /audit.csv',
    example:
      'id,at,request_id,key_id,actor,operation,subject,subject_id,outcome\n17,2026-11-01T09:30:00.000Z,7c1d-1,3,price sync,products.update,product,42,done\n',
    summary: 'The audit as CSV, newest first, with the filters of the list',
    input: schema.AuditExportQuery,
    mediaType: 'text/csv',
    fileName: 'audit.csv',
    scope: 'admin',
    cost: 'search',
    run: (ctx, filters) => auditCsv(ctx, filters),
  }),
}

async function list(
  { audit }: Context,
  { limit, cursor, ...filters }: v.InferOutput<typeof schema.AuditQuery>,
) {
  const bound = ['audit', filters]
  const place = cursor ? decodeCursor(cursor, bound) : undefined
  const before = place && { at: Number(place.value), id: place.id }
  const found = await audit.entries(toFilter(filters), { limit: limit + 1, before })
  const { rows, next_cursor } = pageOf(found, { limit, list: bound, placeOf: ({ at }) => at })
  return { items: rows.map(toWire), next_cursor }
}

export async function* auditCsv(
  { audit }: Pick<Context, 'audit'>,
  filters: schema.AuditFilters,
): AsyncGenerator<string> {
  let head = stringify([COLUMNS])
  let before: AuditRow | undefined
  do {
    const rows: AuditRow[] = await audit.entries(toFilter(filters), { limit: LINES_AT_ONCE, before })
    // With the first rows: should the database be away, no file has begun.
    yield head + stringify(rows.map(toCells))
    head = ''
    before = rows.length === LINES_AT_ONCE ? rows.at(-1) : undefined
  } while (before)
}

function toFilter({
  from,
  to,
  key_id: keyId,
  subject_id: subjectId,
  ...same
}: schema.AuditFilters): AuditFilter {
  return { ...same, from: msOf(from), to: msOf(to), keyId, subjectId }
}

function msOf(time: string | undefined): number | undefined {
  return time === undefined ? undefined : Date.parse(time)
}

function toWire({ id, at, requestId, keyId, actor, operation, subject, subjectId, outcome }: AuditRow) {
  return {
    id,
    at: new Date(at).toISOString(),
    request_id: requestId,
    key_id: keyId,
    actor,
    operation,
    subject,
    subject_id: subjectId,
    outcome,
  }
}

function toCells(row: AuditRow): (string | number)[] {
  const entry = toWire(row)
  return COLUMNS.map((column) => {
    const cell = entry[column] ?? ''
    return typeof cell === 'string' ? protectCell(cell) : cell
  })
}
