/** The limit counts in this many steps, so that a pause of this process, however long, uses up one step at most. */
const STEPS = 4

/** Rejects with `late()` when `work` has not settled after `ms`; the work itself goes on, and its result is dropped. */
export async function withTimeout<T>(ms: number, work: Promise<T>, late: () => Error): Promise<T> {
  const timeout = Promise.withResolvers<never>()
  let steps = 0
  const timer = setInterval(() => {
    steps += 1
    if (steps === STEPS) timeout.reject(late())
  }, ms / STEPS)
  try {
    return await Promise.race([work, timeout.promise])
  } finally {
    clearInterval(timer)
  }
}
