import { useSyncExternalStore } from 'react'

/** State outside of React's tree, for `useStore`. */
export interface Store<T> {
  subscribe: (listener: () => void) => () => void
  get: () => T
  set: (next: T) => void
}

export function createStore<T>(initial: T): Store<T> {
  let value = initial
  const listeners = new Set<() => void>()
  return {
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    get: () => value,
    set(next) {
      value = next
      for (const listener of listeners) listener()
    },
  }
}

export function useStore<T>({ subscribe, get }: Pick<Store<T>, 'subscribe' | 'get'>): T {
  return useSyncExternalStore(subscribe, get)
}
