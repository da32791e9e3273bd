/** Which parts of a text a search found. */
import type { Outputs } from '#client/api.ts'

type Mark = Outputs['products']['search']['items'][number]['match']['marks'][number]

export interface Part {
  text: string
  marked: boolean
}

/** @param marks in their order, as the server tells them */
export function partsOf(text: string, marks: readonly Mark[]): Part[] {
  const parts: Part[] = []
  let end = 0
  for (const [from, to] of marks) {
    if (from > end) parts.push({ text: text.slice(end, from), marked: false })
    parts.push({ text: text.slice(from, to), marked: true })
    end = to
  }
  if (end < text.length) parts.push({ text: text.slice(end), marked: false })
  return parts
}

const SIGNS = /[^\p{L}\p{N}\p{M}]/gu

/** The beginning of a SKU, or of its digits, in any case and with any punctuation. */
export function markOfCode(sku: string, query: string): Mark | undefined {
  const asked = query.replaceAll(SIGNS, '').toLowerCase()
  const places = Array.from(sku.matchAll(/[\p{L}\p{N}\p{M}]/gu), ({ index }) => index)
  const key = places.map((place) => sku[place]?.toLowerCase()).join('')
  const starts = [0, key.search(/\d/)].filter((start) => start >= 0)
  const start = starts.find((each) => asked !== '' && key.startsWith(asked, each))
  const [from, last] = [places[start ?? -1], places[(start ?? 0) + asked.length - 1]]
  return start === undefined || from === undefined || last === undefined ? undefined : [from, last + 1]
}
