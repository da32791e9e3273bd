/** For tests: waits for what is going to happen, without a guess of how long it takes. */
const POLL_MS = 10
/** Long enough for a busy machine; nothing waits for it to pass. */
const PATIENCE_MS = 30_000

/** Asks again and again until it holds. @throws with what never came */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const giveUpAt = performance.now() + PATIENCE_MS
  while (!(await holds())) {
    if (performance.now() > giveUpAt) throw new Error(`Waited in vain until ${what}.`)
    await Bun.sleep(POLL_MS)
  }
}
