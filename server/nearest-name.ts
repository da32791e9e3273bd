import { editDistance } from '#db/search/typos.ts'

/** Longer names are compared by their beginning: the distance takes the product of both lengths. */
const MAX_COMPARED = 64
const MAX_EDITS = 3

/** The known name that a misspelt one most likely means. */
export function nearestName(
  name: string,
  known: Iterable<string>,
  maxEdits: number = MAX_EDITS,
): string | undefined {
  const [closest] = [...known]
    .map((candidate) => ({ candidate, edits: editDistance(name.slice(0, MAX_COMPARED), candidate) }))
    .toSorted((a, b) => a.edits - b.edits)
  return closest && closest.edits <= maxEdits ? closest.candidate : undefined
}
