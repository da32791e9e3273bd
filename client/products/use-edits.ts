import { useSyncExternalStore } from 'react'
import { announce } from '#client/ui/announce.tsx'
import { count, money } from '#client/ui/format.ts'
import { notify } from '#client/ui/notices.tsx'
import { answered, gotNoAnswer } from '#client/ui/connection.ts'
import { problemOf } from '#client/api.ts'
import { client } from '#client/ui/trpc.ts'
import { wordsFor } from '#client/ui/words.ts'
import { FIELD_NAMES, type Field, type Product } from './columns.ts'
import { editKey, Edits, type Edit, type HeldEdit } from './edits.ts'
import { showProduct } from './use-product-rows.ts'

/** One for the page: an edit is finished even if one has gone to another place meanwhile. */
export const edits = new Edits({
  update: async (change) => await client.products.update.mutate(change),
  onProduct: showProduct,
  onSaved(edit, product) {
    answered()
    announce(`${nameOf(edit)} is ${shown(product, edit.field)} now.`)
  },
  onConflict: (edit) => announce(`${nameOf(edit)} was changed by somebody else meanwhile.`),
  onFailed(edit, error) {
    const refused = problemOf(error) !== undefined
    if (!refused) gotNoAnswer(error)
    const { what, detail, requestId } = wordsFor(error)
    const [mine, before] = [valueShown(edit.mine, edit), valueShown(edit.seen, edit)]
    notify({
      what: `${nameOf(edit)} was not saved`,
      // Without an answer it may even have arrived; the version it carries lets it be written once at most.
      detail: refused
        ? `It stays ${before}. ${what}: ${detail}`
        : `The server did not answer, so the cell shows ${before} as before. Trying again is safe.`,
      requestId,
      retry: { label: `Try ${mine} again`, run: () => void edits.save(edit) },
    })
  },
})

// Whoever closes the page while something is not saved yet is asked.
window.addEventListener('beforeunload', (event) => {
  if (edits.snapshot().size > 0) event.preventDefault()
})

/** A value that the cell shows already is nothing to save. */
export function saveCell({
  product,
  field,
  value,
}: {
  product: Product
  field: Field
  value: string | number
}): void {
  const held = edits.snapshot().get(editKey(product.id, field))
  const seen = held?.state === 'pending' ? held.mine : product[field]
  if (value === seen) return
  void edits.save({ product, field, seen, mine: value })
}

export function useHeldEdits(): ReadonlyMap<string, HeldEdit> {
  return useSyncExternalStore(edits.subscribe, edits.snapshot)
}

export function nameOf({ product, field }: Pick<Edit, 'product' | 'field'>): string {
  const name = product.name.length > 60 ? `${product.name.slice(0, 60)}…` : product.name
  return `The ${FIELD_NAMES[field]} of “${name}”`
}

export function shown(product: Product, field: Field): string {
  return valueShown(product[field], { product, field })
}

export function valueShown(value: string | number, of: Pick<Edit, 'product' | 'field'>): string {
  return of.field === 'price' ? money(String(value), of.product.currency) : count(Number(value))
}
