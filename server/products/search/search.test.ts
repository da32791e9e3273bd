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
import { startTestServer, type TestServer } from '#scripts/lab/harness/test-server.ts'

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

test.each(['sqlite', 'postgres'])(
  'on %s a SKU leads to its product first, and to each other product once, whatever the size of a page',
  async (kind) => {
    const settings = kind === 'postgres' ? { DATABASE_URL: await temporaryPostgres() } : {}
    await using server = await startTestServer(settings)
    const { products } = server.client
    const create = (sku: string | null, name: string, stockLevel = 1) =>
      products.create.mutate({ sku, name, price: '1.00', stock_level: stockLevel })
    const names = ['Belt', 'Brown Belt', 'Buckle', 'Belts of all colours', 'Blet']
    for (const name of names) await create(null, name)
    const own = await create('belt', 'Leather belt', 0)
    const other = await create('BR-7 / x', 'Something else')

    const found = async (q: string, limit: number, filter: { in_stock?: boolean } = {}) => {
      const items: { name: string; kind: string }[] = []
      let cursor: string | undefined
      do {
        const page = await products.search.query({ q, limit, cursor, ...filter })
        items.push(...page.items.map(({ name, match }) => ({ name, kind: match.kind })))
        cursor = page.next_cursor ?? undefined
      } while (cursor !== undefined)
      return items
    }
    const whole = await found('belt', 100)
    expect(whole[0]).toEqual({ name: 'Leather belt', kind: 'exact' })
    expect(whole.map(({ name }) => name)).toEqual([
      'Leather belt',
      'Belt',
      'Brown Belt',
      'Belts of all colours',
    ])
    for (const limit of [1, 2, 3, 4]) expect(await found(' belt ', limit)).toEqual(whole)
    expect((await found('belt', 2, { in_stock: true })).map(({ name }) => name)).toEqual([
      'Belt',
      'Brown Belt',
      'Belts of all colours',
    ])

    expect(await found('BR-7 / x', 10)).toEqual([{ name: 'Something else', kind: 'exact' }])
    await products.update.mutate({ id: other.id, sku: 'BR-8' })
    expect(await found('BR-7 / x', 10)).toEqual([])
    expect((await found('BR-8', 1))[0]?.name).toBe('Something else')
    await products.remove.mutate({ id: own.id })
    expect((await found('belt', 10)).map(({ name }) => name)).not.toContain('Leather belt')
    expect(await found(`belt\0`, 1)).toHaveLength(3)
  },
)
