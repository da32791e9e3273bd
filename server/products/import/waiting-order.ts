/** In which order what waits for each other is done: each step looks at each of them once, however many there are. */

/** The same items, each behind what it needs, but for what needs each other. */
export function afterWhatTheyNeed<T>(
  items: readonly T[],
  needs: (item: T) => readonly (T | undefined)[],
): T[] {
  const ordered: T[] = []
  const seen = new Set<T>()
  for (const item of items) {
    // A path and no recursion: a chain may be as long as a file.
    const path = seen.has(item) ? [] : [item]
    seen.add(item)
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const next = needs(top).find((each) => each !== undefined && !seen.has(each))
      if (next === undefined) ordered.push(...path.splice(-1))
      else {
        seen.add(next)
        path.push(next)
      }
    }
  }
  return ordered
}

/**
 * The circle to which the way from `start` leads, each followed by the one that it wants; empty when there is none, or
 * when the way was gone before.
 */
export function circleFrom(
  start: number,
  seen: Set<number>,
  next: (id: number) => number | undefined,
): number[] {
  const path: number[] = []
  const onPath = new Set<number>()
  let id: number | undefined = start
  while (id !== undefined && !seen.has(id)) {
    seen.add(id)
    path.push(id)
    onPath.add(id)
    id = next(id)
  }
  return id !== undefined && onPath.has(id) ? path.slice(path.indexOf(id)) : []
}
