/** What the database gives a search: names with certain words, and codes that begin in a certain way. */
import { and, asc, eq, inArray, ne, sql, type Column, type SQL } from 'drizzle-orm'
import type { Database } from '#db/database.ts'
import { beginsWith } from '#db/search/begins-with.ts'
import { codeKey } from '#db/search/code.ts'
import type { ProductRow } from '#db/schema.postgres.ts'
import { conditions, queriesFor, type ProductFilter } from '#server/products/filter.ts'
import { toGtin } from '#server/products/gtin.ts'
import { productColumns } from '#server/products/pages.ts'
import type { Code, CodeRow } from './codes.ts'
import type { Candidate, ReadCandidates } from './shelves.ts'

const CODES_AT_ONCE = 200

type Query = Parameters<ReadCandidates>

export async function candidateRows(db: Database, filter: ProductFilter, query: Query): Promise<Candidate[]> {
  const rows = await candidateQuery(db, filter, query)
  return rows.map(({ id, words, sku, skuKey, gtin }) => ({
    id,
    words,
    // A row of an older version has no key yet.
    codes: [skuKey ?? (sku === null ? null : codeKey(sku)), gtin],
  }))
}

export function candidateQuery(
  db: Database,
  filter: ProductFilter,
  [words, { after, upTo, limit, ordered }]: Query,
) {
  const { products } = db.tables
  const matching = queriesFor(db, filter)
    .select({
      id: products.id,
      words: products.words,
      sku: products.sku,
      skuKey: products.skuKey,
      gtin: products.gtin,
    })
    .from(products)
    .innerJoin(db.matches(words), sql`${products.id} = matches.id`)
    .where(
      and(
        ...conditions(db, filter, products.id),
        after > 0 ? sql`matches.id > ${after}` : undefined,
        upTo < Number.MAX_SAFE_INTEGER ? sql`matches.id <= ${upTo}` : undefined,
      ),
    )
    .limit(limit)
  return ordered ? matching.orderBy(sql`matches.id`) : matching
}

export interface CodeQuery {
  codes: readonly string[]
  /** As a row of an older version is found by it. */
  asWritten: string
  whole: boolean
  after: Code | undefined
}

export async function codeRows(db: Database, filter: ProductFilter, query: CodeQuery): Promise<CodeRow[]> {
  const found = await Promise.all(ways(db, query).map((way) => rowsBy(db, filter, { ...query, ...way })))
  const rows = new Map(found.flat().map((row) => [row.id, row]))
  return [...rows.values()].toSorted(byCode).slice(0, CODES_AT_ONCE)
}

interface Way {
  column: Column
  isWanted: SQL | undefined
}

/** By each column that has codes; another field that has some is one more way. */
function ways({ tables: { products } }: Database, { codes, asWritten, whole }: CodeQuery): Way[] {
  const { sku, skuKey, gtin } = products
  const [code = ''] = codes
  if (whole) {
    return [
      { column: skuKey, isWanted: inArray(skuKey, [...codes]) },
      { column: gtin, isWanted: eq(gtin, toGtin(asWritten) ?? code) },
      { column: sku, isWanted: eq(sku, asWritten) },
    ]
  }
  return [
    ...codes.map((start) => ({ column: skuKey, isWanted: begun(skuKey, start) })),
    { column: gtin, isWanted: and(begun(gtin, code), sql`not coalesce(${beginsWith(skuKey, code)}, false)`) },
  ]
}

function begun(column: Column, start: string): SQL | undefined {
  return and(beginsWith(column, start), ne(column, start))
}

async function rowsBy(
  db: Database,
  filter: ProductFilter,
  { column, isWanted, after }: Way & Pick<CodeQuery, 'after'>,
): Promise<CodeRow[]> {
  const { products } = db.tables
  return await queriesFor(db, filter)
    .select({ id: products.id, sku: products.sku, code: sql<string>`${column}`, words: products.words })
    .from(products)
    .where(
      and(
        isWanted,
        after && sql`(${column}, ${products.id}) > (${after.code}, ${after.id})`,
        ...conditions(db, filter, column),
      ),
    )
    .orderBy(asc(column), asc(products.id))
    .limit(CODES_AT_ONCE)
}

function byCode(a: Code, b: Code): number {
  return a.code < b.code ? -1 : a.code > b.code ? 1 : a.id - b.id
}

/** Both databases bound the parameters of one statement, at 32,766 or above. */
const IDS_PER_QUERY = 5000

/** Those that there are. */
export async function rowsById(
  db: Database,
  ids: readonly number[],
): Promise<Map<number, ProductRow & { words: string }>> {
  const { products } = db.tables
  const found = new Map<number, ProductRow & { words: string }>()
  for (let start = 0; start < ids.length; start += IDS_PER_QUERY) {
    const rows = await db.reader
      .select({ ...productColumns(db), words: products.words })
      .from(products)
      .where(inArray(products.id, ids.slice(start, start + IDS_PER_QUERY)))
    for (const row of rows) found.set(row.id, row)
  }
  return found
}
