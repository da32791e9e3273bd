/** What is kept of stock-outs tells the same as the database, whatever is written meanwhile. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { eq } from 'drizzle-orm'
import * as fc from 'fast-check'
import { openShop, type Shop } from '#server/products/import/import-shop.testing.ts'
import { StockOuts } from './stock-outs.ts'

const ALWAYS = { from: 0, until: Infinity }
const by = { expected: undefined, actor: 'test' }

describe.each(['SQLite', 'PostgreSQL'] as const)('stock-outs kept over %s', (dialect) => {
  const resources = new AsyncDisposableStack()
  let now = 1_000_000
  let shop: Shop
  const ids: number[] = []

  beforeAll(async () => {
    shop = await openShop(dialect, resources, { now: () => now })
    for (let n = 0; n < 5; n += 1) {
      const row = { sku: `OUT-${n}`, name: `Lamp ${n}`, priceMinor: 100, stockLevel: n }
      ids.push((await shop.products.create(row, 'test')).id)
    }
  })
  afterAll(() => resources.disposeAsync())

  const anew = async () => await new StockOuts(shop.db).of(ALWAYS, ids)

  test('are those of the database after every write', async () => {
    const kept = new StockOuts(shop.db)
    await fc.assert(
      fc.asyncProperty(
        fc.nat(4),
        fc.constantFrom(0, 0, 3, 9),
        fc.boolean(),
        async (index, stock, asksAll) => {
          now += 1000
          await shop.products.update({ id: ids[index] ?? 0 }, { stockLevel: stock }, by)
          const wanted = asksAll ? ids : ids.slice(0, 2)
          const found = await kept.of(ALWAYS, wanted)
          const expected = await anew()
          for (const id of wanted) expect(found.get(id)).toEqual(expected.get(id))
        },
      ),
      { numRuns: 60 },
    )
  })

  test('are told of the time that is asked for, and while they last', async () => {
    const [id = 0] = ids
    now += 1000
    await shop.products.update({ id }, { stockLevel: 1 }, by)
    const from = (now += 1000)
    await shop.products.update({ id }, { stockLevel: 0 }, by)
    const until = (now += 1000)
    await shop.products.update({ id }, { stockLevel: 1 }, by)
    const kept = new StockOuts(shop.db)
    expect((await kept.of({ from, until }, [id])).get(id)).toEqual([{ from, until }])
    expect((await kept.of({ from: until, until: until + 1 }, [id])).size).toBe(0)
    await shop.products.update({ id }, { stockLevel: 0 }, by)
    expect((await kept.of({ from, until: from + 1 }, [id])).get(id)).toEqual([
      { from, until },
      { from: now, until: Infinity },
    ])
  })

  test('are read anew from a database that was set back to an older state', async () => {
    const kept = new StockOuts(shop.db)
    const [id = 0] = ids
    await kept.of(ALWAYS, [id])
    const { changes, stockOuts } = shop.db.tables
    await shop.db.withTransaction(async (tx) => {
      await tx.delete(stockOuts).where(eq(stockOuts.productId, id))
      await tx.delete(changes)
    })
    expect((await kept.of(ALWAYS, [id])).size).toBe(0)
  })
})
