/** What can be undone and done again: groups of saved cells, the latest first. */
import type { Edit } from './edits.ts'
import type { Product } from './columns.ts'

const MAX_GROUPS = 100

export interface Group {
  edits: readonly Edit[]
  /** For each edit the product that it made; undefined where it was not saved. */
  outcome: Promise<readonly (Product | undefined)[]>
}

export class UndoStack {
  #done: Group[] = []
  #undone: Group[] = []

  get canUndo(): boolean {
    return this.#done.length > 0
  }

  /** Something new was done: what was undone before cannot be done again. */
  push(group: Group): void {
    this.#done = [...this.#done, group].slice(-MAX_GROUPS)
    this.#undone = []
  }

  /** @returns the edits that lead back from the latest group of which anything was saved */
  async undo(save: (edits: readonly Edit[]) => Group): Promise<readonly Edit[]> {
    const back = await opposite(this.#done)
    if (back.length > 0) this.#undone.push(save(back))
    return back
  }

  async redo(save: (edits: readonly Edit[]) => Group): Promise<readonly Edit[]> {
    const again = await opposite(this.#undone)
    if (again.length > 0) this.#done.push(save(again))
    return again
  }
}

/**
 * Carries the version that the group produced: a later change of the same cell has a later version, which the server
 * refuses to overwrite.
 */
async function opposite(groups: Group[]): Promise<readonly Edit[]> {
  for (let group = groups.pop(); group; group = groups.pop()) {
    const { edits } = group
    const made = await group.outcome
    const back = edits.flatMap(({ field, seen, mine }, index): Edit[] => {
      const product = made[index]
      return product ? [{ product, field, seen: mine, mine: seen }] : []
    })
    if (back.length > 0) return back
  }
  return []
}
