/** The operation: by words or a code best first, or in an order of columns; without words all that the filters leave. */
import type { ProductRow } from '#db/schema.postgres.ts'
import type { Context } from '#server/context.ts'
import { decodeCursor, encodeCursor } from '#server/products/cursor.ts'
import type { ProductFilter } from '#server/products/filter.ts'
import { list, totalOf } from '#server/products/listing.ts'
import { toFilter, toProduct } from '#server/products/wire.ts'
import { correctionIn } from './correction.ts'
import { marksIn } from './marks.ts'
import { understand, queryFor, type Question } from './question.ts'
import { byScore, kindOf, scoreOf, type Kind, type Ranked } from './ranked.ts'
import { PASSES, rank, type Catalogue, type Place, type Ranking } from './ranking.ts'
import type { ProductMatches, ProductSearchQuery } from './schema.ts'
import { lensFor, score, type Lens } from './score.ts'
import type { Candidate } from './shelves.ts'

export async function search(ctx: Context, input: ProductSearchQuery): Promise<ProductMatches> {
  const filter = await toFilter(ctx, input)
  const { q, sort, limit, cursor, count } = input
  if (q === undefined) {
    const page = await list(ctx, { ...input, sort: sort === 'relevance' ? 'id' : sort })
    const match = { kind: 'filter' as const, score: 0, marks: [] }
    return { ...page, items: page.items.map((item) => ({ ...item, match })), prev_cursor: null }
  }
  const asked: Asked = { question: await understand(q, ctx.products.vocabulary), filter }
  if (sort !== 'relevance') return await inOrder(ctx, asked, { ...input, sort })
  const page = await bestFirst(ctx, asked, { limit, cursor })
  return count ? { ...page, total: await totalOf(ctx, await foundFilter(ctx, asked), count) } : page
}

interface Asked {
  question: Question
  filter: ProductFilter
}

interface Found extends Ranked {
  place: Place
}

async function bestFirst(
  ctx: Context,
  asked: Asked,
  { limit, cursor }: { limit: number; cursor?: string | null | undefined },
): Promise<ProductMatches> {
  const bound = [asked.question.text, asked.filter]
  const start = cursor ? readPlace(decodeCursor(cursor, bound)) : undefined
  const found: Found[] = []
  for await (const ranking of rank(catalogueOf(ctx, asked), asked.question, start?.place)) {
    found.push(...(start && isSame(ranking, start.place) ? behind(start.last, ranking) : placed(ranking)))
    if (found.length > limit) break
  }
  const page = found.slice(0, limit)
  const last = found.length > limit ? page.at(-1) : undefined
  const rows = await ctx.products.rowsById(page.map(({ id }) => id))
  const lens = lensFor(asked.question)
  return {
    items: page.flatMap(({ id, kind, score: value }) => {
      const row = rows.get(id)
      return row ? [toMatch(ctx, lens, { row, kind, score: value })] : []
    }),
    next_cursor: last ? encodeCursor(writePlace(last), bound) : null,
    prev_cursor: null,
    ...suggestion(lens, page[0], rows),
  }
}

/** One search reads the same more than once where it looks whether there is more before it goes on. */
function catalogueOf(ctx: Context, { question, filter }: Asked): Catalogue {
  const reads = new Map<string, Promise<Candidate[]>>()
  return {
    read(...query) {
      const key = JSON.stringify(query)
      const reading = reads.get(key) ?? ctx.products.candidates(filter, query)
      reads.set(key, reading)
      return reading
    },
    readCodes: (options) =>
      ctx.products.codes(filter, { ...options, codes: question.codes, asWritten: question.text }),
  }
}

function toMatch(
  { currency }: Context,
  lens: Lens,
  { row, kind, score: value }: { row: ProductRow; kind: Kind; score: number },
) {
  return {
    ...toProduct(row, currency),
    match: { kind, score: value, marks: marksIn(lens, row.name) },
  }
}

function suggestion(
  lens: Lens,
  first: Ranked | undefined,
  rows: ReadonlyMap<number, { words: string }>,
): { did_you_mean?: string } {
  const words = first && (first.kind === 'fuzzy' || first.kind === 'partial') && rows.get(first.id)?.words
  const correction = words ? correctionIn(lens, words) : undefined
  return correction === undefined ? {} : { did_you_mean: correction }
}

/** All that is found, as a list in the order of a column. */
async function inOrder(
  ctx: Context,
  asked: Asked,
  input: ProductSearchQuery & { sort: Exclude<ProductSearchQuery['sort'], 'relevance'> },
): Promise<ProductMatches> {
  const filter = await foundFilter(ctx, asked)
  const page = await list(ctx, input, filter)
  const rows = await ctx.products.rowsById(page.items.map(({ id }) => id))
  const lens = lensFor(asked.question)
  const items = page.items.map((item) => {
    const { level, quality } = score(lens, rows.get(item.id)?.words ?? '')
    const isPartial = filter.found !== undefined && 'ids' in filter.found
    const found = isPartial ? ('partial' as const) : (level ?? 'prefix')
    const kind = found === 'partial' ? found : kindOf(found)
    return { ...item, match: { kind, score: scoreOf(found, quality), marks: marksIn(lens, item.name) } }
  })
  return { ...page, items, prev_cursor: null }
}

/** The filter that leaves what the search finds. */
async function foundFilter(ctx: Context, asked: Asked): Promise<ProductFilter> {
  const { question, filter } = asked
  for await (const { pass, items } of rank(catalogueOf(ctx, asked), question)) {
    if (pass === 'partial') return { ...filter, found: { ids: items.map(({ id }) => id) } }
    if (items.length > 0) break
  }
  return {
    ...filter,
    found: { query: queryFor(question, 'fuzzy'), codes: question.codes, asWritten: question.text },
  }
}

function placed({ items, ...place }: Ranking): Found[] {
  return items.map((item) => ({ ...item, place }))
}

/** What of a block that was read once more comes after the last one told. */
function behind(last: Ranked, ranking: Ranking): Found[] {
  return placed(ranking).filter((item) => item.code !== undefined || byScore(item, last) > 0)
}

function isSame(ranking: Ranking, { pass, range }: Place): boolean {
  return ranking.pass === pass && ranking.range.from === range.from && ranking.range.after === range.after
}

function writePlace({ place: { pass, range }, id, code, score: value }: Found) {
  const { from, to, after, upTo } = range
  const fields = [PASSES.indexOf(pass), from, to, after, upTo, value, code ?? null]
  return { direction: 'next', value: JSON.stringify(fields), id, inclusive: false } as const
}

/** Only what was written here is read: the cursor is bound to its list. */
function readPlace({ value, id }: { value: string | number; id: number }): { place: Place; last: Ranked } {
  const fields = JSON.parse(String(value)) as [number, number, number, number, number, number, string | null]
  const [index, from, to, after, upTo, points, code] = fields
  return {
    place: {
      pass: PASSES[index] ?? 'partial',
      range: { from, to, after, upTo },
      ...(code !== null && { after: { code, id } }),
    },
    last: { id, score: points, kind: 'exact' },
  }
}
