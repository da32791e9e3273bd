/**
 * The matches of a question, block by block. Very many matches are never read at once: products stand on shelves by
 * chance (db/search/columns.ts), so a few shelves tell how many matches there are, and give as many as can be compared.
 */
import { onShelf, shelfOf, SHELVES } from '#db/search/columns.ts'
import type { WordQuery } from '#db/search/word-query.ts'

export interface Candidate {
  id: number
  words: string
  codes: readonly (string | null)[]
}

/** Shelves, both inclusive, and on them the products with ids above `after`, up to `upTo`. */
export interface Range {
  from: number
  to: number
  after: number
  upTo: number
}

export interface Block {
  range: Range
  rows: Candidate[]
}

/** In the order of ids, unless all that matters is whether there are more than `limit`. */
export type ReadCandidates = (
  query: WordQuery,
  options: { after: number; upTo: number; limit: number; ordered: boolean },
) => Promise<Candidate[]>

export const ALL: Range = { from: 0, to: SHELVES - 1, after: 0, upTo: Number.MAX_SAFE_INTEGER }

/** So many are compared with each other, their order among all others is that of the shelves; fewer than all never. */
const ENOUGH = 120
const FEW = 200
const SAMPLE = 16
/** What stands on the first two shelves tells a frequent query from others, and is all that such a one needs. */
const GLANCE = 2
const MANY_AT_A_GLANCE = 6
const MOST_AT_A_GLANCE = 40
/** A query with more of them costs more than what it leaves out. */
const MOST_NAMED = 64
/** On one shelf, where one name has been given to very many products. */
const MOST_AT_ONCE = 1000

export interface Sample {
  /** Of all that there is on so many shelves. */
  frequency: number
  isFew: boolean
  /** Undefined when there is too much even on the first shelves. */
  block: Block | undefined
}

export async function sample(read: ReadCandidates, query: WordQuery): Promise<Sample> {
  const first = { ...ALL, to: GLANCE - 1 }
  const some = await readRange(read, query, { ...first, limit: MOST_AT_A_GLANCE, ordered: false })
  if (some.length >= MANY_AT_A_GLANCE) {
    const block = some.length < MOST_AT_A_GLANCE ? { range: first, rows: some } : undefined
    return { frequency: (some.length * SAMPLE) / GLANCE, isFew: false, block }
  }
  const range = { ...ALL, to: SAMPLE - 1 }
  const rows = await readRange(read, query, { ...range, limit: FEW + 1, ordered: false })
  const isFew = rows.length <= FEW
  return { frequency: rows.length, isFew, block: isFew ? { range, rows } : undefined }
}

export async function firstBlock(read: ReadCandidates, query: WordQuery): Promise<Block> {
  const { block } = await sample(read, query)
  return await nextBlock(read, query, block ?? { from: 0, after: 0 })
}

/** The block that begins with a sample, or at a place, and goes on until there is enough to compare. */
export async function nextBlock(
  read: ReadCandidates,
  query: WordQuery,
  start: Block | Pick<Range, 'from' | 'after'>,
): Promise<Block> {
  let block: Block = 'rows' in start ? start : await onOneShelf(read, query, start)
  while (block.rows.length < (ENOUGH * 2) / 3 && block.range.to < ALL.to && block.range.upTo === ALL.upTo) {
    const from = block.range.to + 1
    const more = { ...ALL, from, to: Math.min(ALL.to, block.range.to + width(block)) }
    const rows = await readRange(read, query, { ...more, limit: MOST_AT_ONCE * 10, ordered: true })
    block = { range: { ...block.range, to: more.to }, rows: [...block.rows, ...rows] }
  }
  return block
}

/** What is rare whatever is asked for: all at once. */
export async function rareBlock(read: ReadCandidates, query: WordQuery): Promise<Block> {
  const rows = await read(query, { ...ALL, limit: MOST_AT_ONCE, ordered: true })
  return rows.length < MOST_AT_ONCE
    ? { range: ALL, rows }
    : await nextBlock(read, query, { from: 0, after: 0 })
}

/** The very block once more, however much has been written since. */
export async function sameBlock(read: ReadCandidates, query: WordQuery, range: Range): Promise<Block> {
  return {
    range,
    rows: await readRange(read, query, { ...range, limit: MOST_AT_ONCE * 10, ordered: true }),
  }
}

/** Where the next block begins; undefined after the last one. */
export function placeAfter({ from, to, upTo }: Range): Pick<Range, 'from' | 'after'> | undefined {
  if (upTo < ALL.upTo) return { from, after: upTo }
  return to < ALL.to ? { from: to + 1, after: 0 } : undefined
}

export function isWhole({ from, to, after, upTo }: Range): boolean {
  return from === 0 && to === ALL.to && after === 0 && upTo === ALL.upTo
}

async function onOneShelf(
  read: ReadCandidates,
  query: WordQuery,
  { from, after }: Pick<Range, 'from' | 'after'>,
): Promise<Block> {
  const range = { ...ALL, from, to: from, after }
  const rows = await readRange(read, query, { ...range, limit: MOST_AT_ONCE, ordered: true })
  const last = rows.length === MOST_AT_ONCE ? rows.at(-1) : undefined
  return { range: { ...range, upTo: last?.id ?? ALL.upTo }, rows }
}

/** How many shelves more are likely to hold what is missing. */
function width({ range, rows }: Block): number {
  const shelves = range.to - range.from + 1
  if (rows.length * SHELVES <= 2 * FEW * shelves && shelves >= SAMPLE) return SHELVES
  return Math.ceil((shelves * (ENOUGH - rows.length)) / Math.max(1, rows.length))
}

/** Of very many shelves there are few matches: all are read, and those of other shelves left out. */
async function readRange(
  read: ReadCandidates,
  query: WordQuery,
  { from, to, ...options }: Range & { limit: number; ordered: boolean },
): Promise<Candidate[]> {
  if (to - from < MOST_NAMED) {
    const shelves = Array.from({ length: to - from + 1 }, (_, offset) => ({ word: onShelf(from + offset) }))
    return await read({ all: [query, { any: shelves }] }, options)
  }
  const rows = await read(query, options)
  return rows.filter(({ words }) => shelfOf(words) >= from && shelfOf(words) <= to)
}
