import { useState } from 'react'
import { editKey, type HeldEdit } from './edits.ts'
import { useHeldEdits } from './use-edits.ts'

/** A conflict asks for itself once, as soon as nothing is being typed; after "later", when its cell is opened. */
export function useConflict(busy: boolean) {
  const held = useHeldEdits()
  const [postponed, setPostponed] = useState<ReadonlySet<HeldEdit>>(new Set())
  const shown = busy
    ? undefined
    : [...held.values()].find((edit) => edit.state === 'conflict' && !postponed.has(edit))
  return {
    shown,
    later: () => {
      if (shown && held.get(editKey(shown.product.id, shown.field)) === shown) {
        setPostponed(new Set(postponed).add(shown))
      }
    },
    open: (edit: HeldEdit) => setPostponed(new Set([...postponed].filter((each) => each !== edit))),
  }
}
