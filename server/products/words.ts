/** A search box's text → the words to look for. Whatever is not a letter, a digit or a mark separates words. */

/** More words than this narrow nothing down any further, and every one costs. */
const MAX_WORDS = 32

export function wordsOf(text: string): string[] {
  const words =
    text
      .toWellFormed()
      .normalize('NFC')
      .toLowerCase()
      .match(/[\p{L}\p{N}\p{M}]+/gu) ?? []
  return words.slice(0, MAX_WORDS)
}
