/** SKUs and other codes as they are looked up: in any case, with or without punctuation. */
import { fold } from './fold.ts'

const MIN_TAIL = 3

export function codeKey(code: string): string {
  const key = fold(code).replaceAll(/[^\p{L}\p{N}\p{M}]+/gu, '')
  return key === '' ? code : key
}

/** A code's letters before its first digit, and what follows: `as` and `00008` of `as00008`. */
export function codeParts(key: string): { head: string; tail: string } | undefined {
  const digit = key.search(/\d/)
  if (digit < 1 || key.length - digit < MIN_TAIL) return undefined
  return { head: key.slice(0, digit), tail: key.slice(digit) }
}
