import { useSyncExternalStore } from 'react'
import { announce } from '#client/ui/announce.tsx'
import { answered, gotNoAnswer } from '#client/ui/connection.ts'
import { notify } from '#client/ui/notices.tsx'
import { client } from '#client/ui/trpc.ts'
import { problemWordsOf, describeError, isHopeless } from '#client/ui/describe-error.ts'
import { cellStep, type Group } from './cell-step.ts'
import { changeProducts } from './change-products.ts'
import type { Field, Product } from './columns.ts'
import { editKey, Edits, type Edit, type HeldEdit } from './edits.ts'
import { showProduct } from './rows/visible-rows.ts'
import { UndoStack, type Step } from './undo-stack.ts'
import { nameOf, shown, valueShown } from './value-labels.ts'

/** One for the page: an edit is finished even if one has gone to another place meanwhile. */
export const edits = new Edits({
  update: async (change) => await client.products.update.mutate(change),
  updateAll: changeProducts,
  onProduct: showProduct,
  onSaved(edit, product) {
    answered()
    announce(`${nameOf(edit)} is ${shown(product, edit.field)} now.`)
  },
  onConflict: (edit) => announce(`${nameOf(edit)} was changed by somebody else meanwhile.`),
  onFailed(edit, error) {
    const refused = problemWordsOf(error) !== undefined
    if (!refused) gotNoAnswer(error)
    const { what, detail, requestId } = describeError(error)
    const [mine, before] = [valueShown(edit.mine, edit), valueShown(edit.seen, edit)]
    notify({
      what: `${nameOf(edit)} was not saved`,
      // Without an answer it may even have arrived; the version it carries lets it be written once at most.
      detail: refused
        ? `It stays ${before}. ${what}: ${detail}`
        : `The server did not answer, so the cell shows ${before} as before. Trying again is safe.`,
      requestId,
      retry: isHopeless(error) ? undefined : { label: `Try ${mine} again`, run: () => saveCells([edit]) },
    })
  },
})

// Closing the page with unsaved edits asks for confirmation.
window.addEventListener('beforeunload', (event) => {
  if (edits.snapshot().size > 0) event.preventDefault()
})

export const undoStack = new UndoStack()

/** Cells that are changed together are undone together. */
export function saveCells(changed: readonly Edit[]): void {
  if (changed.length > 0) undoStack.push(cellStep(send(changed), send))
}

/** Of cells that something else has saved. */
export function rememberCells(saved: Group): void {
  undoStack.push(cellStep(saved, send))
}

function send(changed: readonly Edit[]): Group {
  const [only] = changed
  const outcome =
    changed.length === 1 && only ? edits.save(only).then((made) => [made]) : edits.saveAll(changed)
  return { edits: changed, outcome }
}

/** @returns what was done by that */
export async function undo(): Promise<Step | undefined> {
  return await told(undoStack.undo(), { did: 'Undone', nothing: 'There is nothing to undo.' })
}

export async function redo(): Promise<Step | undefined> {
  return await told(undoStack.redo(), { did: 'Done again', nothing: 'There is nothing to do again.' })
}

async function told(
  doing: Promise<Step | undefined>,
  { did, nothing }: { did: string; nothing: string },
): Promise<Step | undefined> {
  try {
    const done = await doing
    announce(done ? `${did}: ${done.words}.` : nothing)
    return done
  } catch (error) {
    notify({ ...describeError(error), retry: undefined })
    return undefined
  }
}

export interface NewValue {
  /** The row as it was when its author looked at it. */
  product: Product
  field: Field
  value: string | number
}

/** What it takes to get there; a value that the cell shows already is nothing to save. */
export function editsFor(values: readonly NewValue[]): Edit[] {
  return values.flatMap(({ product, field, value }) => {
    const held = edits.snapshot().get(editKey(product.id, field))
    const seen = held?.state === 'pending' ? held.mine : product[field]
    return value === seen ? [] : [{ product, field, seen, mine: value }]
  })
}

export function useHeldEdits(): ReadonlyMap<string, HeldEdit> {
  return useSyncExternalStore(edits.subscribe, edits.snapshot)
}
