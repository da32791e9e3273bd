/** The products of a question, best first, block by block, as far as they are asked for. */
import { readWords, wholeName } from '#db/search/columns.ts'
import type { WordQuery } from '#db/search/word-query.ts'
import { isCode, toldByCode, type Code, type ReadCodes } from './codes.ts'
import { partialMatches } from './partial.ts'
import { queryFor, type Question } from './question.ts'
import { byScore, kindOf, scoreOf, type Ranked } from './ranked.ts'
import { lensFor, score as scoreName, type Lens } from './score.ts'
import {
  ALL,
  firstBlock,
  isWhole,
  nextBlock,
  placeAfter,
  rareBlock,
  sameBlock,
  sample,
  type Block,
  type Range,
  type ReadCandidates,
} from './shelves.ts'

/**
 * In their order. `code`: the SKU is what was asked for; `begun`: it begins so; `all`: all names with the words, few
 * enough to be compared; otherwise one kind after the other.
 */
export const PASSES = [
  'code',
  'begun',
  'all',
  'whole',
  'number',
  'prefix',
  'fuzzy',
  'begun last',
  'partial',
] as const
export type Pass = (typeof PASSES)[number]

/** A part of the ranking. Codes go on after a code; blocks of names can be read once more. */
export interface Place {
  pass: Pass
  range: Range
  after?: Code
}

export interface Ranking extends Place {
  items: Ranked[]
}

export interface Catalogue {
  read: ReadCandidates
  readCodes: ReadCodes
}

interface Search extends Catalogue {
  lens: Lens
  question: Question
  start: Place | undefined
}

export async function* rank(
  catalogue: Catalogue,
  question: Question,
  start?: Place,
): AsyncGenerator<Ranking> {
  const search = { ...catalogue, lens: lensFor(question), question, start }
  const [code] = question.codes
  let isFound = start !== undefined && start.pass !== 'partial'
  const parts = [
    code !== undefined && wholeCodes(search),
    code !== undefined && isCode(code) && begunCodes(search, code),
    names(search),
    code !== undefined && !isCode(code) && begunCodes(search, code),
  ]
  for (const part of parts) {
    if (!part) continue
    for await (const ranking of part) {
      isFound ||= ranking.items.length > 0
      yield ranking
    }
  }
  if (!isFound) yield { pass: 'partial', range: ALL, items: await partialMatches(search.read, search.lens) }
}

/** Whether the search went on from a later pass than this one. */
function isPast({ start }: Search, pass: Pass): boolean {
  return start !== undefined && PASSES.indexOf(pass) < PASSES.indexOf(start.pass)
}

/** Few products have one code: all at once, the one that has it to the letter first. */
async function* wholeCodes(search: Search): AsyncGenerator<Ranking> {
  if (isPast(search, 'code')) return
  const rows = await search.readCodes({ whole: true, after: undefined })
  const items = rows.map(({ id, sku }) => ({
    id,
    kind: 'exact' as const,
    score: sku === search.question.text ? 1 : 0.9999,
  }))
  yield { pass: 'code', range: ALL, items: items.toSorted(byScore) }
}

async function* begunCodes(search: Search, code: string): AsyncGenerator<Ranking> {
  const { lens, readCodes, start } = search
  const [pass, score] = isCode(code) ? (['begun', 0.9998] as const) : (['begun last', 0.3] as const)
  if (isPast(search, pass)) return
  let after = start?.pass === pass ? start.after : undefined
  do {
    const rows = await readCodes({ whole: false, after })
    const items = rows
      // After the names, only what these did not tell.
      .filter(({ words }) => pass === 'begun' || scoreName(lens, words).level === undefined)
      .map((row) => ({ id: row.id, code: row.code, kind: 'prefix' as const, score }))
    yield { pass, range: ALL, items }
    after = rows.at(-1)
  } while (after)
}

async function* names(search: Search): AsyncGenerator<Ranking> {
  const { question, read, start } = search
  const widest = queryFor(question, 'fuzzy')
  if (widest === undefined || isPast(search, 'fuzzy')) return
  const all = isPast(search, 'begun') ? undefined : await allIfFew(search, widest)
  if (all || start?.pass === 'all') {
    yield ranked(search, 'all', all ?? (await sameBlock(read, widest, ALL)))
    return
  }
  let before: WordQuery | undefined
  for (const { pass, query } of passes(question)) {
    if (!isPast(search, pass))
      yield* blocks(search, { pass, query: before ? { both: query, not: before } : query })
    before = pass === 'whole' ? undefined : query
  }
}

/** A frequent word is known as such by one look; only what is not frequent is read in all its forms. */
async function allIfFew({ question, read }: Search, widest: WordQuery): Promise<Block | undefined> {
  const own = queryFor(question, 'number')
  if (own && JSON.stringify(own) !== JSON.stringify(widest) && !(await sample(read, own)).isFew)
    return undefined
  if (!(await sample(read, widest)).isFew) return undefined
  const block = await firstBlock(read, widest)
  return isWhole(block.range) ? block : undefined
}

function passes(question: Question): { pass: Pass; query: WordQuery }[] {
  const levels = (['number', 'prefix', 'fuzzy'] as const).flatMap((pass) => {
    const query = queryFor(question, pass)
    return query ? [{ pass, query }] : []
  })
  const whole = { pass: 'whole' as const, query: { word: wholeName(question.words) } }
  return levels[0]?.pass === 'number' ? [whole, ...levels] : levels
}

async function* blocks(
  search: Search,
  { pass, query }: { pass: Pass; query: WordQuery },
): AsyncGenerator<Ranking> {
  const { read, start } = search
  const first = pass === 'whole' ? rareBlock : firstBlock
  let block = start?.pass === pass ? await sameBlock(read, query, start.range) : await first(read, query)
  for (;;) {
    yield ranked(search, pass, block)
    const place = placeAfter(block.range)
    if (!place) return
    block = await nextBlock(read, query, place)
  }
}

function ranked({ lens, question }: Search, pass: Pass, { range, rows }: Block): Ranking {
  const { codes } = question
  const whole = pass === 'number' ? wholeName(question.words) : undefined
  const items = rows
    .filter((row) => !toldByCode(row, codes) && !(whole && readWords(row.words).others.has(whole)))
    .map(({ id, words }) => {
      const { level = 'fuzzy', quality } = scoreName(lens, words)
      return { id, kind: kindOf(level), score: scoreOf(level, quality) }
    })
  return { pass, range, items: items.toSorted(byScore) }
}
