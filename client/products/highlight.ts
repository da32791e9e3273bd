/** Which parts of a name a search found: its words whole, the last one also as the beginning of a word. */

export interface Part {
  text: string
  marked: boolean
}

const WORD = /[\p{L}\p{N}\p{M}]+/gu

/** Accents and case do not count, as in the server's search. */
export function fold(text: string): string {
  return text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase()
}

export function highlight(name: string, query: string): Part[] {
  const wanted = (query.match(WORD) ?? []).map(fold)
  const last = wanted.at(-1)
  if (last === undefined) return [{ text: name, marked: false }]

  const parts: Part[] = []
  let end = 0
  for (const { 0: word, index } of name.matchAll(WORD)) {
    const length = wanted.includes(fold(word)) ? word.length : prefixLength(word, last)
    if (length === 0) continue
    if (index > end) parts.push({ text: name.slice(end, index), marked: false })
    end = index + length
    parts.push({ text: name.slice(index, end), marked: true })
  }
  if (end < name.length) parts.push({ text: name.slice(end), marked: false })
  return parts
}

/** How much of the word, as it is written, folds to the prefix; 0 when it begins otherwise. */
function prefixLength(word: string, prefix: string): number {
  if (!fold(word).startsWith(prefix)) return 0
  let length = 0
  for (const character of word) {
    if (fold(word.slice(0, length)).length >= prefix.length && !/\p{M}/u.test(character)) break
    length += character.length
  }
  return length
}
