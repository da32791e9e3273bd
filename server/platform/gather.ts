/** Hands items over together that came while others were under way. */

export interface Gathering<T> {
  /** Never rejects. */
  handle: (items: readonly T[]) => Promise<void>
  maxItems: number
  /** What takes longer than this no longer holds up others. */
  patienceMs: number
}

/** While one waits for its answer, the other is composed. */
const MAX_UNDER_WAY = 2

/** @returns takes an item: one that comes while none is under way is handed over at once, alone */
export function gather<T>({ handle, maxItems, patienceMs }: Gathering<T>): (item: T) => void {
  const waiting: T[] = []
  let underWay = 0
  /** Items, of all that is under way. */
  let handled = 0

  const next = async () => {
    // Of many small handfuls each costs almost as much as a large one.
    if (waiting.length < Math.max(1, handled) || underWay === MAX_UNDER_WAY) return
    const half = Math.ceil((waiting.length + handled) / MAX_UNDER_WAY)
    const items = waiting.splice(0, Math.min(half, maxItems))
    underWay += 1
    handled += items.length
    const patience = Promise.withResolvers<void>()
    const timer = setTimeout(patience.resolve, patienceMs)
    await Promise.race([handle(items), patience.promise])
    clearTimeout(timer)
    underWay -= 1
    handled -= items.length
    void next()
  }

  return (item) => {
    waiting.push(item)
    void next()
  }
}
