import { expect, test } from 'bun:test'
import { assert, integer, property, stringMatching } from 'fast-check'
import { editDistance, deletionNeighbours, knownDeletionNeighbours, typosIn } from './typos.ts'

test.each([
  ['belt', 'belt', 0],
  ['belt', 'bolt', 1],
  ['belt', 'belts', 1],
  ['belt', 'elt', 1],
  ['belt', 'blet', 1],
  ['leather', 'laether', 1],
  ['leather', 'lather', 1],
  ['kitchen', 'chicken', 4],
  ['', 'abc', 3],
  ['a🎉b', 'ab', 1],
])('from %s to %s it is %d edits', (a, b, edits) => {
  expect(editDistance(a, b)).toBe(edits)
  expect(editDistance(b, a)).toBe(edits)
})

test.each([
  ['bel', 0],
  ['belt', 1],
  ['belts', 1],
  ['leathers', 1],
  ['organizer', 2],
  ['mxv410', 0],
  ['x'.repeat(25), 0],
])('in %s %d typos are forgiven', (word, typos) => {
  expect(typosIn(word)).toBe(typos as 0)
})

test('a word that is misspelt as far as is forgiven always has a remainder in common with the one that was meant', () => {
  const word = stringMatching(/^[abc]{3,12}$/)
  const edit = (text: string, kind: number, place: number) => {
    const letters = Array.from(text)
    const at = place % letters.length
    if (kind === 0) return letters.toSpliced(at, 1).join('')
    if (kind === 1) return letters.toSpliced(at, 0, 'd').join('')
    if (kind === 2) return letters.toSpliced(at, 1, 'd').join('')
    return letters.toSpliced(at, 2, ...letters.slice(at, at + 2).toReversed()).join('')
  }
  assert(
    property(
      word,
      integer({ min: 0, max: 3 }),
      integer({ min: 0, max: 99 }),
      integer({ min: 0, max: 99 }),
      (known, kind, one, two) => {
        const once = edit(known, kind, one)
        const asked = typosIn(once) === 2 ? edit(once, kind, two) : once
        const typos = typosIn(asked)
        if (editDistance(known, asked) > typos) return
        const common = new Set([known, ...knownDeletionNeighbours(known)])
        expect(deletionNeighbours(asked, typos).some((remainder) => common.has(remainder))).toBe(true)
      },
    ),
    { numRuns: 2000 },
  )
})
