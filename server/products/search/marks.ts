/** Which parts of a name are what was asked for, typos, other forms and joined words among them. */
import { fold } from '#db/search/fold.ts'
import { isUnspaced, wordsOf } from '#db/search/words.ts'
import { sensesOf, type Lens } from './score.ts'

/** From, and up to but not with: UTF-16 units of the name. */
export type Mark = [from: number, to: number]

const MAX_PIECES = 3

interface Piece {
  from: number
  to: number
  /** As it is indexed. */
  word: string
}

const RUNS = /[\p{L}\p{N}\p{M}ﾞﾟ]+(?:['’]s(?![\p{L}\p{N}\p{M}]))?/gu
const LETTERS = /.[\p{M}ﾞﾟ]*/gsu

export function marksIn(lens: Lens, name: string): Mark[] {
  const pieces = piecesOf(name)
  const last = lens.question.words.at(-1) ?? ''
  const marks: Mark[] = []
  for (let index = 0; index < pieces.length; index += 1) {
    let text = ''
    for (let count = 1; count <= MAX_PIECES; count += 1) {
      const [first, piece] = [pieces[index], pieces[index + count - 1]]
      if (!first || !piece) break
      text += piece.word
      if (sensesOf(lens, text).length === 0) continue
      const isBegun = count === 1 && text !== last && last !== '' && text.startsWith(last)
      marks.push([
        first.from,
        isBegun ? first.from + begunLength(name.slice(first.from, first.to), last) : piece.to,
      ])
    }
  }
  return merged(marks)
}

function piecesOf(name: string): Piece[] {
  const pieces: Piece[] = []
  for (const { 0: run, index } of name.matchAll(RUNS)) {
    const [word, ...others] = wordsOf(run)
    if (word === undefined) continue
    if (others.length === 0 && !isUnspaced(word)) pieces.push({ from: index, to: index + run.length, word })
    else pieces.push(...lettersOf(run, index))
  }
  return pieces
}

/** Of a run with a script without spaces: its pairs of letters, and the words of other scripts between them. */
function lettersOf(run: string, start: number): Piece[] {
  const letters = Array.from(run.matchAll(LETTERS), ({ 0: letter, index }) => {
    const [from, to] = [start + index, start + index + letter.length]
    return Array.from(fold(letter), (word) => ({ from, to, word }))
  }).flat()
  const pieces: Piece[] = []
  for (const [index, letter] of letters.entries()) {
    const [before, last] = [letters[index - 1], pieces.at(-1)]
    const isAlone = !isUnspaced(letter.word)
    if (before && isAlone && !isUnspaced(before.word) && last) {
      last.to = letter.to
      last.word += letter.word
    } else if (isAlone) pieces.push({ ...letter })
    else if (before && isUnspaced(before.word))
      pieces.push({ from: before.from, to: letter.to, word: before.word + letter.word })
    else if (!isUnspaced(letters[index + 1]?.word ?? '')) pieces.push({ ...letter })
  }
  return pieces
}

/** How much of the word, as it is written, is its beginning as it was asked for. */
function begunLength(word: string, beginning: string): number {
  let length = 0
  for (const [letter] of word.matchAll(LETTERS)) {
    if (fold(word.slice(0, length)).length >= beginning.length) break
    length += letter.length
  }
  return length
}

function merged(marks: Mark[]): Mark[] {
  const all: Mark[] = []
  for (const [from, to] of marks.toSorted(([a], [b]) => a - b)) {
    const last = all.at(-1)
    if (last && from <= last[1]) last[1] = Math.max(last[1], to)
    else all.push([from, to])
  }
  return all
}
