/**
 * The same questions to both databases: the same answers, in the same order. Over the sample catalogue, or over the
 * file that CATALOGUE names (columns: sku, name, price, stock_level).
 */
import { expect, test } from 'bun:test'
import { parse } from 'csv-parse/sync'
import { stringify } from 'csv-stringify/sync'
import { temporaryPostgres } from '#db/postgres.testing.ts'
import { sampleProduct } from '#db/sample-catalogue.ts'
import { wordsOf } from '#db/search/words.ts'
import { startTestServer, type TestServer } from '#server/testing.ts'

const SAMPLE = 3000
const NAMES_ASKED_FOR = 15
const PAGES = 3

async function catalogue(): Promise<string> {
  const file = process.env['CATALOGUE']
  if (file !== undefined) return await Bun.file(file).text()
  const products = Array.from({ length: SAMPLE }, (_, n) => sampleProduct(n))
  const rows = products.map(({ sku, name, priceCents, stockLevel }) => ({
    sku,
    name,
    price: (priceCents / 100).toFixed(2),
    stock_level: stockLevel,
  }))
  return stringify(rows, { header: true })
}

/** Of a name: itself, some of its words, turned round, begun, and misspelt. */
function questionsFor(name: string): string[] {
  const words = wordsOf(name)
  const longest = words.toSorted((a, b) => b.length - a.length)[0] ?? ''
  const some = words.slice(0, 2)
  return [
    name,
    some.toReversed().join(' '),
    `${some.join(' ')} ${words.at(-1)?.slice(0, 2)}`,
    longest.slice(0, 3),
    longest.toUpperCase(),
    longest.slice(0, 2) + longest.slice(3),
    longest.slice(0, 1) + longest.slice(2, 3) + longest.slice(1, 2) + longest.slice(3),
    `${some[0]} ${longest}x`,
  ].filter((question) => question.trim() !== '')
}

async function answers({ client }: TestServer, q: string) {
  const found: { id: number; sku: string | null; kind: string; score: number }[] = []
  let cursor: string | undefined
  for (let page = 0; page < PAGES; page += 1) {
    const { items, next_cursor } = await client.products.search.query({ q, limit: 25, cursor })
    found.push(...items.map(({ id, sku, match }) => ({ id, sku, ...match })))
    if (next_cursor === null) break
    cursor = next_cursor
  }
  return found
}

test('both databases find the same products for the same words, in the same order', async () => {
  await using sqlite = await startTestServer()
  await using postgres = await startTestServer({ DATABASE_URL: await temporaryPostgres() })
  const csv = await catalogue()
  for (const { url } of [sqlite, postgres]) {
    const headers = { 'content-type': 'text/csv' }
    const imported = await fetch(`${url}/v1/products/import`, { method: 'POST', headers, body: csv })
    expect(await imported.json()).toMatchObject({ updated: 0, rejected: [] })
  }
  const names = parse<{ name: string }>(csv, { columns: true }).map(({ name }) => name)
  const step = Math.max(1, Math.floor(names.length / NAMES_ASKED_FOR))
  const kinds = new Set<string>()
  for (const name of names.filter((_, n) => n % step === 0)) {
    for (const question of questionsFor(name)) {
      const found = await answers(sqlite, question)
      expect({ question, found: await answers(postgres, question) }).toEqual({ question, found })
      for (const { kind } of found) kinds.add(kind)
    }
    const itself = await answers(sqlite, name)
    expect(itself[0]?.kind).toBe('exact')
  }
  expect(kinds).toEqual(new Set(['exact', 'prefix', 'fuzzy']))
})
