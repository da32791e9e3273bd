import { useEffect, useEffectEvent } from 'react'
import { nextKey, type Pressed, type Shortcut } from './key-sequence.ts'

/** Calls back for each shortcut that is typed outside of a text field and outside of a dialog. */
export function useShortcuts(onShortcut: (shortcut: Shortcut) => void): void {
  const handle = useEffectEvent(onShortcut)
  useEffect(() => {
    let before: Pressed | undefined
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.altKey) return
      const isWithControl = event.ctrlKey || event.metaKey
      if (isWithControl && event.key.toLowerCase() === 'k' && !isInDialog(event.target)) {
        event.preventDefault()
        handle('palette')
        return
      }
      if (isTyping(event.target)) return
      // With Control it means the same, as everywhere else.
      if (isWithControl && event.key.toLowerCase() !== 'z') return
      const key = event.shiftKey ? event.key.toUpperCase() : event.key
      const { shortcut, remember } = nextKey(
        { key: isWithControl ? key : event.key, atMs: event.timeStamp },
        before,
      )
      before = remember
      if (!shortcut) return
      event.preventDefault()
      handle(shortcut)
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  }, [])
}

function isInDialog(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('dialog[open]') !== null
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof Element &&
    target.closest('input:not([type=radio]), textarea, select, [role=dialog], dialog[open]') !== null
  )
}
