/** A SKU or GTIN first, then exact before prefix before fuzzy; within each by id. Words in any order, accents and case ignored, the last one a prefix. */
import type { ProductRow } from '#db/schema.postgres.ts'
import { wordsOf } from '#db/search/words.ts'
import type { Context } from '#server/context.ts'
import { toGtin } from './gtin.ts'
import { decodeCursor, encodeCursor } from './cursor.ts'
import type { SearchRequest } from './pages.ts'
import { toFilter, toProduct } from './wire.ts'
import { isSku, type MatchKind, type ProductSearchQuery } from './schema.ts'

/** More words than this narrow nothing down any further, and every one costs. */
const MAX_WORDS = 32

const SCORES = { exact: 1, prefix: 0.8, fuzzy: 0.5, filter: 0 } as const satisfies Record<MatchKind, number>

interface Match {
  kind: MatchKind
  row: ProductRow
}

/** Where a search goes on that has told only the product whose SKU was given. */
const AFTER_SKU = 'sku'

export async function search(ctx: Context, input: ProductSearchQuery) {
  const filter = toFilter(ctx, input)
  const words = input.q === undefined ? undefined : wordsOf(input.q).slice(0, MAX_WORDS)
  const sku = input.q?.trim() ?? ''
  const bound = [words, filter, sku]
  const start = input.cursor ? decodeCursor(input.cursor, bound) : undefined
  const [named, bySku] = await Promise.all([
    findMatches(ctx, {
      words,
      filter,
      // One for what may be known by its SKU already, and one to see whether there are more.
      limit: input.limit + 2,
      after:
        start && start.value !== AFTER_SKU ? { kind: start.value as MatchKind, id: start.id } : undefined,
    }),
    withKey(ctx, sku, filter),
  ])
  const matches: Match[] = named.filter(({ row }) => row.id !== bySku?.id)
  if (bySku && !start) matches.unshift({ kind: 'exact', row: bySku })
  const page = matches.slice(0, input.limit)
  const last = matches.length > input.limit ? page.at(-1) : undefined
  return {
    items: page.map(({ kind, row }) => ({
      ...toProduct(row, ctx.currency),
      match: { kind, score: SCORES[kind] },
    })),
    next_cursor: last
      ? encodeCursor(
          {
            direction: 'next',
            value: last.row === bySku ? AFTER_SKU : last.kind,
            id: last.row.id,
            inclusive: false,
          },
          bound,
        )
      : null,
    prev_cursor: null,
  }
}

/** Whose SKU the text is, or else whose GTIN. */
async function withKey({ products }: Context, text: string, filter: SearchRequest['filter']) {
  const bySku = isSku(text) ? await products.withSku(text, filter) : undefined
  const gtin = toGtin(text)
  return bySku ?? (gtin === undefined ? undefined : await products.withGtin(gtin, filter))
}

interface Question extends Pick<SearchRequest, 'filter' | 'limit'> {
  /** Undefined: by price alone. Empty: words were asked for, but there was none in the text, so nothing matches. */
  words: string[] | undefined
  after: { kind: MatchKind; id: number } | undefined
}

type Pass = { kind: MatchKind } & Pick<SearchRequest, 'wanted' | 'unwanted'>

/** One kind of match after the other, until the page is full. */
async function findMatches(ctx: Context, { words, filter, limit, after }: Question): Promise<Match[]> {
  const matches: Match[] = []
  let reached = after === undefined
  for await (const { kind, ...pass } of passes(ctx, words)) {
    reached ||= kind === after?.kind
    if (!reached) continue
    const afterId = kind === after?.kind ? after.id : 0
    const rows = await ctx.products.search({ ...pass, filter, limit: limit - matches.length, afterId })
    matches.push(...rows.map((row) => ({ kind, row })))
    if (matches.length >= limit) break
  }
  return matches
}

/** Each leaves out what the ones before it find. What a word that stands in no name would find is not asked for. */
async function* passes(ctx: Context, words: string[] | undefined): AsyncGenerator<Pass> {
  if (words === undefined) yield { kind: 'filter', wanted: [] }
  const last = words?.at(-1)
  if (words === undefined || last === undefined) return
  const unknown = new Set(await ctx.products.unknownWords(words))
  const exact = words.map((word) => [asItIs(word)])
  if (unknown.size === 0) yield { kind: 'exact', wanted: exact }
  const begun = await ctx.products.wordsBegunBy(last)
  const others = words.slice(0, -1)
  const lastWords = begun?.map(asItIs) ?? [{ word: last, prefix: true }]
  const prefix = [...others.map((word) => [asItIs(word)]), lastWords]
  if (lastWords.length > 0 && !others.some((word) => unknown.has(word)))
    yield { kind: 'prefix', wanted: prefix, unwanted: unknown.size === 0 ? exact : undefined }
  const meant = await Promise.all(words.map((word) => ctx.products.corrections(word)))
  if (meant.every((alternatives) => alternatives.length === 0)) return
  const fuzzy = prefix.map((own, index) => [...own, ...(meant[index] ?? []).map(asItIs)])
  if (fuzzy.every((alternatives) => alternatives.length > 0))
    yield {
      kind: 'fuzzy',
      wanted: fuzzy,
      unwanted: prefix.every((own) => own.length > 0) ? prefix : undefined,
    }
}

function asItIs(word: string) {
  return { word, prefix: false }
}
