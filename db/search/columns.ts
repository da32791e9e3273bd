/** What of a product only the search and the order of names read; derived with each write of its name or SKU. */
import { nameKey } from './name-key.ts'
import { codeKey, codeParts } from './code.ts'
import { everyWordOf, lex, PART_END } from './words.ts'

/** Longer names are asked for whole too rarely. */
const MAX_WHOLE = 6
/**
 * Each product stands on one of so many shelves, by chance, but on every database on the same. What stands on one is a
 * fair sample: of the products that a frequent word finds, a few shelves give as many as can be compared.
 */
export const SHELVES = 1024

export interface Searched {
  name: string
  sku: string | null
}

export type SomeOfSearched = { [K in keyof Searched]?: Searched[K] | undefined }

/** Another searched text goes in here: a key of its own, as the SKU's, or further words of `searchWords`. */
export function searchColumns({ name, sku }: Searched) {
  return {
    words: searchWords({ name, sku }),
    nameKey: nameKey(name),
    skuKey: sku === null ? null : codeKey(sku),
  }
}

function searchWords({ name, sku }: Searched): string {
  const { inOrder, joined } = lex(name)
  const words = inOrder.filter((word) => word !== PART_END)
  const whole = words.length > 0 && words.length <= MAX_WHOLE ? [wholeName(words)] : []
  const shelf = Bun.hash.xxHash32(`${name}\0${sku ?? ''}`) % SHELVES
  // Never the first word: a name without any begins with a part's end.
  return [...(inOrder.length > 0 ? inOrder : [PART_END]), onShelf(shelf), ...joined, ...whole].join(' ')
}

/** Before the letters that SKUs begin with, in the vocabulary. */
export const HEAD_SIGN = '¤'

/** What the vocabulary has to know before this is written. */
export function vocabularyOf({ name, sku }: SomeOfSearched): string[] {
  const head = sku ? codeParts(codeKey(sku))?.head : undefined
  return [...(name === undefined ? [] : everyWordOf(name)), ...(head === undefined ? [] : [HEAD_SIGN + head])]
}

const SHELF_SIGN = '§'

/** A word that no text has, because of its first letter. It ends those of the name. */
export function onShelf(shelf: number): string {
  return `${SHELF_SIGN}${shelf}`
}

export function wholeName(words: readonly string[]): string {
  return `¶${words.join('¶')}`
}

/** Of a row; one of an older version stands on the last. */
export function shelfOf(column: string): number {
  const at = column.indexOf(` ${SHELF_SIGN}`)
  return at < 0 ? SHELVES - 1 : Number.parseInt(column.slice(at + 1 + SHELF_SIGN.length), 10)
}

export interface IndexedName {
  /** In their order, with `PART_END` between parts. */
  inOrder: string[]
  others: Set<string>
}

export function readWords(column: string): IndexedName {
  const all = column.split(' ')
  const end = all.findIndex((word) => word.startsWith(SHELF_SIGN))
  return end < 0
    ? { inOrder: all, others: new Set() }
    : { inOrder: all.slice(0, end), others: new Set(all.slice(end + 1)) }
}

/** What is in the words of every row that this version wrote, and of no older one. */
export const OF_THIS_VERSION = ` ${SHELF_SIGN}`
