/** Tells a screen reader what sight sees by itself: the outcome of an action, in one sentence. */
import { useSyncExternalStore } from 'react'

let sentence = ''
const listeners = new Set<() => void>()

export function announce(next: string): void {
  sentence = next
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

export function Announcer() {
  const said = useSyncExternalStore(subscribe, () => sentence)
  return <output className="visually-hidden">{said}</output>
}
