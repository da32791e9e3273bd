/** What a shortcut does where one is: a place says so while it is shown. */
import { useEffect, useEffectEvent } from 'react'
import type { Shortcut } from './key-sequence.ts'

const actions = new Map<Shortcut, () => void>()

export function useAction(shortcut: Shortcut, does: () => void): void {
  const run = useEffectEvent(does)
  useEffect(() => {
    const own = () => run()
    actions.set(shortcut, own)
    return () => {
      if (actions.get(shortcut) === own) actions.delete(shortcut)
    }
  }, [shortcut])
}

/** Nothing where the shortcut means nothing. */
export function act(shortcut: Shortcut): void {
  actions.get(shortcut)?.()
}
