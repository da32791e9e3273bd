/** The rows that are shown now, and what was heard about them since they were read. */
import type { Outputs } from '#client/api.ts'
import type { Product } from '#client/products/columns.ts'
import type { RowBlocks } from './row-blocks.ts'

export type Change = Outputs['products']['changes']['items'][number]

/** Values that others changed are pointed out for so long. */
const FRESH_MS = 2_500

interface Heard {
  /** Created by others; where they belong is known when the rows are read again. */
  created: ReadonlySet<number>
  /** Deleted by others; their rows stay where they are, and say so. */
  gone: ReadonlySet<number>
  /** Changed by others a moment ago. */
  fresh: ReadonlyMap<number, { before: Product; at: number }>
}

const NOTHING: Heard = { created: new Set(), gone: new Set(), fresh: new Map() }
let heard = NOTHING
const listeners = new Set<() => void>()
const shown = new Set<RowBlocks>()

export const liveChanges = {
  subscribe: (listener: () => void) => {
    listeners.add(listener)
    return () => void listeners.delete(listener)
  },
  snapshot: () => heard,
}

function change(next: Heard): void {
  heard = next
  for (const listener of listeners) listener()
}

/** While they are shown they take in what is heard. @returns how to end that */
export function showRows(rows: RowBlocks): () => void {
  shown.add(rows)
  change(NOTHING)
  return () => void shown.delete(rows)
}

/** Puts the product, as the server now tells it, wherever it is shown. */
export function showProduct(product: Product): void {
  for (const rows of shown) rows.put(product)
}

/** What the feed tells, in its order. */
export function applyChanges(changes: readonly Change[]): void {
  const created = new Set(heard.created)
  const gone = new Set(heard.gone)
  const now = Date.now()
  const fresh = new Map([...heard.fresh].filter(([, { at }]) => now - at < FRESH_MS))
  for (const { kind, product_id: id, product } of changes) {
    const before = product ? put(product) : undefined
    if (before) fresh.set(id, { before, at: now })
    else if (kind === 'created' && !isShown(id)) created.add(id)
    else if (kind === 'deleted' && !created.delete(id) && isShown(id)) gone.add(id)
  }
  change({ created, gone, fresh })
}

function put(product: Product): Product | undefined {
  let before: Product | undefined
  for (const rows of shown) before = rows.put(product) ?? before
  return before
}

function isShown(id: number): boolean {
  return [...shown].some((rows) => rows.placeOf(id) !== undefined)
}
