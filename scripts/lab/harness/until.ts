/** For tests: waits for what is going to happen, without a guess of how long it takes. */
const POLL_MS = 20
/** Long enough for a busy machine; nothing waits for it to pass. */
export const PATIENCE_MS = 60_000

/** Asks again and again until the answer is right, or true. @throws with what never came, and what came last */
export async function until<T>(
  what: string,
  ask: () => T | Promise<T>,
  isRight: (answer: T) => boolean = Boolean,
): Promise<T> {
  const giveUpAt = performance.now() + PATIENCE_MS
  for (;;) {
    const answer = await ask()
    if (isRight(answer)) return answer
    if (performance.now() > giveUpAt)
      throw new Error(`Waited in vain until ${what}: it stayed ${JSON.stringify(answer)}.`)
    await Bun.sleep(POLL_MS)
  }
}

/** Asks again until the answer is this one. */
export async function untilIs<T>(ask: () => T | Promise<T>, wanted: T): Promise<T> {
  return await until(`it is ${JSON.stringify(wanted)}`, ask, (answer) => Bun.deepEquals(answer, wanted))
}
