interface Collection<K, V> {
  entries(): Iterator<[K, V]>
  delete(key: K): boolean
}

/**
 * Removes the oldest entry of a map or a set, at each call. One iterator serves all calls: a new one would walk over the
 * holes of everything removed before.
 */
export function evictOldest<K, V>(collection: Collection<K, V>): () => [K, V] | undefined {
  let entries = collection.entries()
  return () => {
    let next = entries.next()
    if (next.done) {
      // It has come to its end, and does not see what was put in since.
      entries = collection.entries()
      next = entries.next()
    }
    if (next.done) return undefined
    collection.delete(next.value[0])
    return next.value
  }
}
