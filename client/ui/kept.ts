/** State that the browser keeps, for `useStore`. Where it keeps nothing, it lasts as long as the page. */
import { createStore, type Store } from './store.ts'

/** @param read of what was kept, which an older page or another hand may have written; undefined for what is not known */
export function keptStore<T>(name: string, initial: T, read: (kept: unknown) => T | undefined): Store<T> {
  const store = createStore(kept(name, read) ?? initial)
  return {
    ...store,
    set(next) {
      store.set(next)
      try {
        localStorage.setItem(name, JSON.stringify(next))
      } catch {
        // Forbidden, or full.
      }
    },
  }
}

function kept<T>(name: string, read: (kept: unknown) => T | undefined): T | undefined {
  try {
    const text = localStorage.getItem(name)
    return text === null ? undefined : read(JSON.parse(text))
  } catch {
    return undefined
  }
}
