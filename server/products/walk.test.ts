/** A walk through a large catalogue while others write to it. */
import { describe, expect, test } from 'bun:test'
import { openDatabase } from '#db/open.ts'
import { temporaryPostgres } from '#db/postgres.testing.ts'
import { seed } from '#db/seed.ts'
import { startTestServer, temporaryFolder } from '#scripts/lab/harness/test-server.ts'

/** `WALK_PRODUCTS=100000 bun test server/products/walk.test.ts` for a long walk. */
const PRODUCTS = Number(process.env['WALK_PRODUCTS'] ?? 10_000)

describe.each(['SQLite', 'PostgreSQL'] as const)('on %s', (database) => {
  test(`a walk over ${PRODUCTS} products, by each way of sorting, shows whatever is not touched exactly once`, async () => {
    await using folder = await temporaryFolder()
    const DATABASE_URL = database === 'PostgreSQL' ? await temporaryPostgres() : `file:${folder.path}/walk.db`
    const db = await openDatabase(DATABASE_URL)
    await seed(db, { count: PRODUCTS, decimals: 2, now: 1 })
    await db.close()
    await using server = await startTestServer({ DATABASE_URL })
    const { products } = server.client

    const estimate = (await products.list.query({ count: 'estimated', limit: 1 })).total
    expect(Math.abs((estimate?.value ?? 0) - PRODUCTS)).toBeLessThan(PRODUCTS / 10)

    const touched = new Set<number>()
    const walked = new AbortController()
    const touch = async (n: number) => {
      const id = 1 + ((n * 7919) % PRODUCTS)
      if (touched.has(id)) return
      touched.add(id)
      if (n % 3 === 0) await products.remove.mutate({ id })
      else
        await products.update.mutate({
          id,
          price: String(n % 100),
          stock_level: n % 50,
          name: `Touched ${n}`,
        })
      await products.create.mutate({ name: `New ${n}`, price: '1' })
    }
    const writing = (async () => {
      for (let n = 0; !walked.signal.aborted && n < PRODUCTS / 4; n += 1) await touch(n)
    })()

    for (const sort of ['name', '-price', 'id'] as const) {
      const seen = new Map<number, number>()
      let cursor: string | null = null
      do {
        const page: { items: { id: number }[]; next_cursor: string | null } = await products.list.query({
          sort,
          limit: 200,
          cursor,
        })
        for (const { id } of page.items) seen.set(id, (seen.get(id) ?? 0) + 1)
        cursor = page.next_cursor
      } while (cursor !== null)
      const wrong = Array.from({ length: PRODUCTS }, (_, n) => n + 1).filter(
        (id) => !touched.has(id) && seen.get(id) !== 1,
      )
      expect({ sort, wrong }).toEqual({ sort, wrong: [] })
    }
    walked.abort()
    await writing
    expect(touched.size).toBeGreaterThan(0)
  }, 600_000)
})
