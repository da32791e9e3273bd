/**
 * Which words may have been meant. Two words that are few edits apart have a remainder in common when that many
 * letters are left out of each ("symmetric deletes"); deletionNeighbours are looked up by equality, so both dialects find
 * the same words. Pure: the lookup itself is vocabulary.ts.
 */

const ONE_TYPO_FROM = 4
/** Of names. What a question has too many of is found without remainders: it is a known word with a letter left out. */
const REMAINDERS_FROM = 4
const TWO_TYPOS_FROM = 9
/** Longer words are part numbers and the like; they would have very many deletionNeighbours. */
const MAX_LENGTH = 24

/** How many typos are forgiven in a word of a question. Words with digits are names of things: none. */
export function typosIn(word: string): 0 | 1 | 2 {
  const length = Array.from(word).length
  if (length < ONE_TYPO_FROM || length > MAX_LENGTH || !/^[\p{L}\p{M}]+$/u.test(word)) return 0
  return length < TWO_TYPOS_FROM ? 1 : 2
}

/** Many words are as short, and few letters tell them apart: one that is known is never taken for another. */
export function isShort(word: string): boolean {
  return Array.from(word).length <= REMAINDERS_FROM
}

/** Of a word of a name: what any question that may mean it has in common with it. */
export function knownDeletionNeighbours(word: string): string[] {
  const length = Array.from(word).length
  if (length < REMAINDERS_FROM || length > MAX_LENGTH + 2 || !/^[\p{L}\p{M}]+$/u.test(word)) return []
  return deletionNeighbours(word, length < TWO_TYPOS_FROM - 2 ? 1 : 2)
}

/** The word itself, and it without each letter, and, for two, without each two letters. */
export function deletionNeighbours(word: string, letters: 0 | 1 | 2): string[] {
  let level = new Set([word])
  const all = new Set(level)
  for (let round = 0; round < letters; round += 1) {
    level = new Set([...level].flatMap(withoutEachLetter))
    for (const remainder of level) all.add(remainder)
  }
  return [...all]
}

function withoutEachLetter(word: string): string[] {
  const letters = Array.from(word)
  return letters.map((_, index) => letters.toSpliced(index, 1).join(''))
}

/** Edits from one word to the other: a letter more, less or other, or two neighbours swapped (optimal string alignment). */
export function editDistance(a: string, b: string): number {
  const [from, to] = [Array.from(a), Array.from(b)]
  let beforeLast: number[] = []
  let last = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (const [i, letter] of from.entries()) {
    const row = [i + 1]
    for (const [j, other] of to.entries()) {
      const cost = letter === other ? 0 : 1
      const swapped = i > 0 && j > 0 && letter === to[j - 1] && from[i - 1] === other
      const edits = [at(last, j + 1) + 1, at(row, j) + 1, at(last, j) + cost]
      if (swapped) edits.push(at(beforeLast, j - 1) + 1)
      row.push(Math.min(...edits))
    }
    beforeLast = last
    last = row
  }
  return at(last, to.length)
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Infinity
}
