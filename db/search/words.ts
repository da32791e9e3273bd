/**
 * A text → the words it is found by: folded here, not by a database, so that every dialect finds the same.
 * What is not a letter, a digit or a mark separates words; case and accents make no difference.
 */

/** Longer than any real word; PostgreSQL refuses lexemes beyond 2 KiB. */
const MAX_WORD_LENGTH = 100

export function wordsOf(text: string): string[] {
  const words = fold(text).match(/[\p{L}\p{N}\p{M}]+/gu) ?? []
  return words.map((word) =>
    word.length <= MAX_WORD_LENGTH ? word : Array.from(word).slice(0, MAX_WORD_LENGTH).join(''),
  )
}

function fold(text: string): string {
  const withoutAccents = text
    .toWellFormed()
    .normalize('NFKD')
    .replaceAll(/[\u0300-\u036F]/g, '')
  // By way of upper case, as Unicode folds: ß becomes ss, and every sigma the same one.
  return withoutAccents.toUpperCase().toLowerCase().replaceAll('ς', 'σ').normalize('NFC')
}
