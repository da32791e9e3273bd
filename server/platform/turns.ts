/**
 * Long work in pieces. An await that has nothing to wait for lets no other request in, so work that may take long waits
 * for its turn between two pieces. Of all such work one piece is done in a turn of the event loop, however much of it
 * there is: a read from memory waits for one.
 */

/** Pieces together, before what else has come is looked at. */
const TURN_MS = 8

const waiting: (() => void)[] = []
let begunAt = -Infinity

/** To be awaited between two pieces. @returns undefined when the turn is young enough for another one */
export function nextTurn(): Promise<void> | undefined {
  if (performance.now() - begunAt < TURN_MS) return undefined
  return new Promise((resolve) => {
    waiting.push(resolve)
    if (waiting.length === 1) setImmediate(begin)
  })
}

function begin(): void {
  begunAt = performance.now()
  waiting.shift()?.()
  if (waiting.length > 0) setImmediate(begin)
}
