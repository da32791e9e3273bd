/** SKUs as a search reads them: whole or begun, in any case, with or without punctuation (db/search/code.ts). */
import type { Candidate } from './shelves.ts'

/** A product's place in the order of codes. */
export interface Code {
  code: string
  id: number
}

export interface CodeRow extends Code {
  sku: string | null
  words: string
}

/** Some after a place, in the order of the codes; none after the last. */
export type ReadCodes = (options: { whole: boolean; after: Code | undefined }) => Promise<CodeRow[]>

const MIN_LENGTH = 4

/** Rather a code than a word, a size or an amount. */
export function isCode(text: string): boolean {
  return text.length >= MIN_LENGTH && /\d/.test(text)
}

/** Whether the product is found by its code, before all that are found by words. @param asked in each of its forms */
export function toldByCode({ codes }: Candidate, asked: readonly string[]): boolean {
  return asked.some((form) => codes.some((code) => code === form || (isCode(form) && code?.startsWith(form))))
}
