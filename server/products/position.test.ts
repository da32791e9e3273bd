/** What the page needs beyond lists: a place far down, where the feed ends, and what a search found as a file. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { openDatabase } from '#db/open.ts'
import { temporaryPostgres } from '#db/postgres.testing.ts'
import { seed } from '#db/seed.ts'
import { startTestServer, temporaryFolder, type TestServer } from '#scripts/lab/harness/test-server.ts'

/** Enough for filters that leave few products, and for such that leave many. */
const PRODUCTS = 12_000
const SORTS = ['id', '-name', 'price', '-stock_level', 'updated_at'] as const

describe.each(['SQLite', 'PostgreSQL'] as const)('on %s', (database) => {
  const resources = new AsyncDisposableStack()
  let server: TestServer

  beforeAll(async () => {
    const folder = resources.use(await temporaryFolder())
    const DATABASE_URL = database === 'PostgreSQL' ? await temporaryPostgres() : `file:${folder.path}/shop.db`
    const db = await openDatabase(DATABASE_URL)
    await seed(db, { count: PRODUCTS, decimals: 2, now: 1 })
    await db.close()
    server = resources.use(await startTestServer({ DATABASE_URL }))
  })
  afterAll(() => resources.disposeAsync())

  test.each(SORTS)('sorted by %s, a page at a place is the one the walk has there', async (sort) => {
    const { products } = server.client
    for (const filter of [{}, { in_stock: true, max_price: '40.00' }, { in_stock: false }]) {
      const listed = await products.list.query({ sort, limit: 60, offset: 700, ...filter })
      const found = await products.at.query({ sort, limit: 20, position: 720, ...filter })
      expect(found.items).toEqual(listed.items.slice(20, 40))
      const onward = await products.list.query({ sort, limit: 20, cursor: found.next_cursor, ...filter })
      expect(onward.items).toEqual(listed.items.slice(40))
      const back = await products.list.query({ sort, limit: 20, cursor: found.prev_cursor, ...filter })
      expect(back.items).toEqual(listed.items.slice(0, 20))
    }
  })

  test('a place beyond the end is an empty page', async () => {
    const page = await server.client.products.at.query({ position: PRODUCTS })
    expect(page).toEqual({ items: [], next_cursor: null, prev_cursor: null })
  })

  test('the end of the feed is the seq of the newest change', async () => {
    const { products } = server.client
    const { seq } = await products.latestChange.query()
    const { id } = await products.create.mutate({ name: 'Newest', price: '1' })
    const { items } = await products.changes.query({ after: seq })
    expect(items.map(({ product_id }) => product_id)).toEqual([id])
    expect((await products.latestChange.query()).seq).toBe(items.at(-1)?.seq ?? 0)
  })

  test('the file of a search has exactly what the search finds', async () => {
    const query = { q: 'lamp', in_stock: true, max_stock: 40 }
    const found: number[] = []
    let cursor: string | null = null
    do {
      const page: { items: { id: number }[]; next_cursor: string | null } =
        await server.client.products.search.query({ ...query, limit: 7, cursor })
      found.push(...page.items.map(({ id }) => id))
      cursor = page.next_cursor
    } while (cursor !== null)
    const response = await fetch(`${server.url}/v1/products/search.csv?q=lamp&in_stock=true&max_stock=40`)
    const lines = (await response.text()).trim().split('\n').slice(1)
    expect(found.length).toBeGreaterThan(7)
    expect(lines.map((line) => Number(line.split(',')[0]))).toEqual(found)
  })

  test('what a search refuses is refused before a file has begun; a search that finds nothing is a file', async () => {
    const refused = await fetch(`${server.url}/v1/products/search.csv?q=&min_price=`)
    expect(refused.status).toBe(422)
    expect(await refused.json()).toMatchObject({ code: 'INVALID_INPUT', errors: [{ pointer: '/min_price' }] })
    const nothing = await fetch(`${server.url}/v1/products/search.csv?q=nothinglikeit`)
    expect((await nothing.text()).trim().split('\n')).toEqual([expect.stringMatching(/^id,sku,name/)])
  })
})
