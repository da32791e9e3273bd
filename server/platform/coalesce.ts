type Awaitable<T> = T | Promise<T>

/**
 * One question for all who wait together, but only one that began after they came: whatever was so before the call
 * is then known. When it cannot be asked, all who wait are told so. Where the answer needs no waiting there is no promise.
 */
export function sharedQuestion(ask: () => Awaitable<void>): () => Awaitable<void> {
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
    // The question under way was asked too early for this caller; whoever comes now shares the next one. Should it
    // fail, they do not wait as long once more.
    return (next ??= asking
      .finally(() => {
        next = undefined
      })
      .then(() => asking ?? begin()))
  }
}
