interface Collection<K, V> {
  entries(): Iterator<[K, V]>
  delete(key: K): boolean
}

/**
 * Takes out of a map or a set what was put in first, again and again. With one iterator for all: a new one each time
 * would walk over everything that was taken out before.
 */
export function oldestFirst<K, V>(collection: Collection<K, V>): () => [K, V] | undefined {
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
