/** Keyset cursors: opaque to the client, and good only for the very list (sort and filters) they came from. */
import * as v from 'valibot'
import { invalidInput } from '#server/errors.ts'

/** A row's place in a list: go on from here, in this direction. */
export interface Cursor {
  direction: 'next' | 'previous'
  value: string | number
  id: number
  /** True when the row at this place itself belongs to the page. */
  inclusive: boolean
}

const Encoded = v.strictTuple([
  v.string(),
  v.picklist(['next', 'previous']),
  v.union([v.string(), v.number()]),
  v.number(),
  v.boolean(),
])

/** @param list what the cursor is bound to: equal values mean the same list */
export function encodeCursor({ direction, value, id, inclusive }: Cursor, list: unknown): string {
  return Buffer.from(JSON.stringify([fingerprint(list), direction, value, id, inclusive])).toString(
    'base64url',
  )
}

/** @throws ProblemError `INVALID_INPUT` for a cursor that was altered or belongs to another list */
export function decodeCursor(text: string, list: unknown): Cursor {
  const [bound, direction, value, id, inclusive] = parse(text)
  if (bound !== fingerprint(list)) {
    throw invalidInput([
      { pointer: '/cursor', detail: 'belongs to a list with another sort or other filters' },
    ])
  }
  return { direction, value, id, inclusive }
}

/**
 * One row more than the page's limit tells whether the list goes on.
 * @param placeOf what the list is sorted by, before the id
 */
export function pageOf<T extends { id: number }>(
  found: readonly T[],
  { limit, list, placeOf = ({ id }) => id }: { limit: number; list: unknown; placeOf?: (row: T) => number },
): { rows: T[]; next_cursor: string | null } {
  const rows = found.slice(0, limit)
  const last = found.length > limit ? rows.at(-1) : undefined
  const place = last && { direction: 'next' as const, value: placeOf(last), id: last.id, inclusive: false }
  return { rows, next_cursor: place ? encodeCursor(place, list) : null }
}

function parse(text: string): v.InferOutput<typeof Encoded> {
  try {
    return v.parse(Encoded, JSON.parse(Buffer.from(text, 'base64url').toString()))
  } catch {
    throw invalidInput([{ pointer: '/cursor', detail: 'is not a cursor of this list' }])
  }
}

function fingerprint(list: unknown): string {
  return Bun.hash(JSON.stringify(list)).toString(36)
}
