type Awaitable<T> = T | Promise<T>

/**
 * Coalesces concurrent calls; a caller never joins a query that started before it arrived, so its result reflects
 * everything committed before the call. A failure rejects every caller of that query. No promise where `ask` returns none.
 */
export function coalesce(ask: () => Awaitable<void>): () => Awaitable<void> {
  let asking: Promise<void> | undefined
  let next: Promise<void> | undefined

  const begin = (): Awaitable<void> => {
    const answer = ask()
    if (!(answer instanceof Promise)) return undefined
    asking = answer.finally(() => {
      asking = undefined
    })
    return asking
  }

  return () => {
    if (!asking) return begin()
    // The query in flight started too early for this caller: callers from here on share the next one. If the first
    // fails, the next one starts at once.
    return (next ??= asking
      .finally(() => {
        next = undefined
      })
      .then(() => asking ?? begin()))
  }
}
