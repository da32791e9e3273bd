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
  const compared = name.slice(0, MAX_COMPARED)
  const [closest] = [...known]
    // Each letter more is an edit, and most names need no closer look.
    .filter((candidate) => Math.abs(candidate.length - compared.length) <= maxEdits)
    .map((candidate) => ({ candidate, edits: editDistance(compared, candidate) }))
    .toSorted((a, b) => a.edits - b.edits)
  return closest && closest.edits <= maxEdits ? closest.candidate : undefined
}
