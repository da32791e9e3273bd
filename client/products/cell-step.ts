/** Cells that were changed together, to be undone together. */
import { plural } from '#client/ui/format.ts'
import type { Product } from './columns.ts'
import type { Edit } from './edits.ts'
import type { Step } from './undo-stack.ts'

export interface Group {
  edits: readonly Edit[]
  /** For each edit the product that it made; undefined where it was not saved. */
  outcome: Promise<readonly (Product | undefined)[]>
}

/**
 * Back carries the version that the group produced: a later change of the same cell has a later version, which the
 * server refuses to overwrite.
 */
export function cellStep({ edits, outcome }: Group, save: (edits: readonly Edit[]) => Group): Step {
  const [first] = edits
  return {
    words: plural(edits.length, 'cell'),
    at: first && { id: first.product.id, field: first.field },
    async back() {
      const made = await outcome
      const back = edits.flatMap(({ field, seen, mine }, index): Edit[] => {
        const product = made[index]
        return product ? [{ product, field, seen: mine, mine: seen }] : []
      })
      return back.length === 0 ? undefined : cellStep(save(back), save)
    },
  }
}
