/** Long work in pieces: an await that has nothing to wait for lets no other request in. */
import { setImmediate as nextTurn } from 'node:timers/promises'

/** So long one piece of work after the other may take, of the time in which a read from memory should be answered. */
const TURN_MS = 8

/** @returns to be awaited between two pieces: waits for the other work of this thread, if these took long enough */
export function turns(): () => Promise<void> | undefined {
  let startedAt = performance.now()
  const wait = async () => {
    await nextTurn()
    startedAt = performance.now()
  }
  return () => (performance.now() - startedAt < TURN_MS ? undefined : wait())
}
