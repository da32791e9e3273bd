/** What names are sorted by: case, accents and punctuation aside, and a number by its value. */
import { fold } from './fold.ts'

/** An index takes no longer ones; names that agree so far are sorted by id. */
const MAX_KEY_LENGTH = 200
const MAX_DIGITS = 99

export function nameKey(name: string): string {
  const folded = fold(name)
  const words = folded.match(
    /^[\x20-\x7E]*$/.test(folded) ? /\d+(?:\.\d+)?|[a-z]+/g : /\d+(?:\.\d+)?|[\p{L}\p{M}]+/gu,
  )
  const key = words?.map((word) => (isNumber(word) ? numberKey(word) : word)).join(' ') ?? name
  // Nearly every name is shorter, and then needs no cutting by letters.
  return key.length <= MAX_KEY_LENGTH ? key : Array.from(key).slice(0, MAX_KEY_LENGTH).join('')
}

function isNumber(word: string): boolean {
  const first = word.charCodeAt(0)
  return first >= 48 && first <= 57
}

/** Of more digits means greater: their count goes first. */
function numberKey(number: string): string {
  const [whole = '', fraction] = number.replace(/^0+(?=\d)/, '').split('.')
  const digits = String(Math.min(whole.length, MAX_DIGITS)).padStart(2, '0')
  return `${digits}${whole}${fraction === undefined ? '' : `.${fraction}`}`
}
