/** The visible rows, and the changes by other clients since they were read. */
import type { Outputs } from '#client/api.ts'
import type { Product } from '#client/products/columns.ts'
import { createStore } from '#client/ui/store.ts'
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
export const liveChanges = createStore(NOTHING)
const shown = new Set<RowBlocks>()

/** Applies live changes to these rows. @returns a function that ends it */
export function showRows(rows: RowBlocks): () => void {
  shown.add(rows)
  liveChanges.set(NOTHING)
  return () => void shown.delete(rows)
}

/** Puts the product, as the server now tells it, wherever it is shown. */
export function showProduct(product: Product): void {
  for (const rows of shown) rows.put(product)
}

/** What the feed tells, in its order. */
export function applyChanges(changes: readonly Change[]): void {
  const created = new Set(liveChanges.get().created)
  const gone = new Set(liveChanges.get().gone)
  const now = Date.now()
  const fresh = new Map([...liveChanges.get().fresh].filter(([, { at }]) => now - at < FRESH_MS))
  for (const { kind, product_id: id, product } of changes) {
    const before = product ? put(product) : undefined
    if (before) fresh.set(id, { before, at: now })
    else if (kind === 'created' && !isShown(id)) created.add(id)
    else if (kind === 'deleted' && !created.delete(id) && isShown(id)) gone.add(id)
  }
  liveChanges.set({ created, gone, fresh })
}

function put(product: Product): Product | undefined {
  let before: Product | undefined
  for (const rows of shown) before = rows.put(product) ?? before
  return before
}

function isShown(id: number): boolean {
  return [...shown].some((rows) => rows.placeOf(id) !== undefined)
}
