/** What the engines plan to do for each list and search: never read or sort the whole table for one page. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { SQL as Postgres } from 'bun'
import { Database as Connection } from 'bun:sqlite'
import type { Database } from '#db/database.ts'
import { openDatabase } from '#db/open.ts'
import { temporaryPostgres } from '#db/postgres.testing.ts'
import { seed } from '#db/seed.ts'
import { temporaryFolder } from '#scripts/lab/harness/test-server.ts'
import { listQuery, type PageRequest, type ProductSort } from './pages.ts'
import { sellingQuery } from './sales.ts'
import { candidateQuery } from './search/rows.ts'

interface Query {
  toSQL(): { sql: string; params: unknown[] }
}

const SORTS = ['id', 'name', 'price', 'stock_level', 'updated_at'] as const
const FILTERS = [
  {},
  { minPriceMinor: 2000, maxPriceMinor: 6000 },
  { inStock: true },
  { inStock: false },
  { maxStock: 50 },
]
const SEARCHES = [['lamp', 'edition'], ['everyday', 'lamp', 'olive'], ['nothing']]

/** Steps that read every row of products, or sort more than a page. */
const EXPENSIVE = {
  SQLite: /SCAN products(?! USING (COVERING )?INDEX)|USE TEMP B-TREE FOR ORDER BY/,
  PostgreSQL: /Seq Scan on products/,
}
/** In the order of ids SQLite's table itself is the index: a walk from its start, which the page's limit ends. */
const IN_ID_ORDER = { ...EXPENSIVE, SQLite: /USE TEMP B-TREE FOR ORDER BY/ }

describe.each(['SQLite', 'PostgreSQL'] as const)('on %s', (dialect) => {
  const resources = new AsyncDisposableStack()
  let db: Database
  let explain: (query: Query) => Promise<string>

  beforeAll(async () => {
    const folder = resources.use(await temporaryFolder())
    const url = dialect === 'SQLite' ? `file:${folder.path}/plans.db` : await temporaryPostgres()
    db = resources.adopt(await openDatabase(url), (database) => database.close())
    await seed(db, { count: 20_000, decimals: 2, now: 1 })
    if (dialect === 'SQLite') {
      const connection = resources.adopt(new Connection(url.slice('file:'.length)), (each) => each.close())
      explain = async (query) => {
        const { sql, params } = query.toSQL()
        const steps = connection
          .query<{ detail: string }, never[]>(`explain query plan ${sql}`)
          .all(...(params as never[]))
        return steps.map(({ detail }) => detail).join('\n')
      }
    } else {
      const connection = resources.use(new Postgres(url))
      await connection`analyze`
      explain = async (query) => {
        const { sql, params } = query.toSQL()
        const steps = await connection.unsafe(`explain ${sql}`, params)
        return steps.map((step: Record<string, string>) => step['QUERY PLAN']).join('\n')
      }
    }
  })
  afterAll(() => resources.disposeAsync())

  const plain: PageRequest = { filter: {}, sort: { by: 'id', descending: false }, limit: 50 }
  const cursorFor = ({ by }: ProductSort) =>
    ({ direction: 'next', value: by === 'name' ? 'M' : 100, id: 10_000, inclusive: false }) as const

  test.each(SORTS)(
    'a page sorted by %s is read from an index, with any filter, in both directions, from the start or a cursor',
    async (by) => {
      const expensive = (by === 'id' ? IN_ID_ORDER : EXPENSIVE)[dialect]
      for (const filter of FILTERS) {
        for (const descending of [false, true]) {
          const sort = { by, descending }
          for (const cursor of [
            undefined,
            cursorFor(sort),
            { ...cursorFor(sort), direction: 'previous' as const },
          ]) {
            const plan = await explain(listQuery(db, { ...plain, filter, sort, cursor }))
            expect(plan, JSON.stringify({ filter, sort, cursor })).not.toMatch(expensive)
          }
        }
      }
    },
  )

  test.each(SORTS)('a page sorted by %s begins at its cursor, not at the start of the index', async (by) => {
    for (const descending of [false, true]) {
      const sort = { by, descending }
      const plan = await explain(listQuery(db, { ...plain, sort, cursor: cursorFor(sort) }))
      expect(plan).toMatch(dialect === 'SQLite' ? /SEARCH products USING/ : /Index Cond/)
    }
  })

  test.each(SORTS)('few rows, sorted by %s, are found by their filter', async (by) => {
    const sort = { by, descending: true }
    const plan = await explain(listQuery(db, { ...plain, filter: { minPriceMinor: 39_000 }, sort }, true))
    expect(plan).toContain('products_by_price')
    expect(plan).not.toMatch(/SCAN products|Seq Scan/)
  })

  test.each(SEARCHES)('a search for %s begins with the words', async (...words) => {
    const query = { all: words.map((word, index) => ({ word, prefix: index === words.length - 1 })) }
    const options = { after: 0, upTo: Number.MAX_SAFE_INTEGER, limit: 20, ordered: true }
    expect(await explain(candidateQuery(db, { inStock: true }, [query, options]))).not.toMatch(
      dialect === 'SQLite' ? /SCAN products/ : /Seq Scan on products/,
    )
  })

  test('sales are read from their own index by time, not from the whole ledger', async () => {
    const windows = { short: { since: 2, days: 7 }, long: { since: 1, days: 28 } }
    for (const of of [{ withinDays: 14 }, { ids: [1, 2, 3] }]) {
      const plan = await explain(sellingQuery(db, { windows, of }))
      expect(plan).toContain('stock_adjustments_of_sales')
      expect(plan).not.toMatch(/SCAN stock_adjustments|Seq Scan on stock_adjustments/)
    }
  })
})
