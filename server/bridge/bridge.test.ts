/** Spend by the stock of its date, on real databases: the ledger decides, and every micro is accounted for. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import * as fc from 'fast-check'
import type { Ads } from '#server/ads/ads.ts'
import { addSums, noSums, type Sums } from '#server/ads/metric.ts'
import { ItemIds, ItemSeries, toColumns } from '#server/ads/item-series.ts'
import { addDays, datesOf, startOfDate, type DateRange } from '#server/ads/calendar.ts'
import { openShop, type Shop } from '#server/products/import/import-shop.testing.ts'
import { createBridge, type Bridge } from './bridge.ts'
import { outOfStockSpend } from './out-of-stock-spend.ts'
import { createStockOutStatuses, type StockOutStatuses } from './stock-out-statuses.ts'

const ZONE = 'Europe/Berlin'
const FIRST = '2026-03-20'
/** Ten dates; on the 29th summer time begins, so that it has 23 hours. */
const DATES = datesOf({ from: FIRST, to: '2026-03-31' })
const LAST = DATES.at(-1) ?? ''
const TODAY = addDays(LAST, 1)

interface Spent {
  date: string
  itemId: string
  micros: bigint
  currency?: string
}

function adsOf(spent: readonly Spent[], missing: readonly string[] = []): Ads {
  const currencies = [...new Set(spent.map(currencyOf))]
  const itemIds = new ItemIds()
  const itemsOn = (date: string, currency: string) => {
    const sums = new Map<string, Sums>()
    for (const { itemId, micros } of spent.filter(
      (each) => each.date === date && currencyOf(each) === currency,
    ))
      addSums(entryOf(sums, itemId), { ...noSums(), clicks: 2n, cost_micros: micros })
    return toColumns(sums, itemIds)
  }
  const itemSpend = async (range: DateRange) => {
    const dates = datesOf(range)
    const accounts = currencies.map((currency) => ({
      currency,
      days: dates.map((date) => ({
        date,
        from: startOfDate(ZONE, date),
        until: startOfDate(ZONE, addDays(date, 1)),
      })),
      series: new ItemSeries(dates.map((date) => itemsOn(date, currency))),
    }))
    return { itemIds: itemIds.all, accounts }
  }
  const fake: Partial<Ads> = {
    sourceName: 'module',
    customerIds: ['1'],
    yesterday: () => LAST,
    zone: () => ZONE,
    currencyOf: () => 'EUR',
    itemSpend,
    days: ({ range }) =>
      datesOf(range).map((date) => ({ state: missing.includes(date) ? 'missing' : 'complete' }) as never),
  }
  return fake as Ads
}

const currencyOf = ({ currency = 'EUR' }: Spent) => currency

function entryOf(sums: Map<string, Sums>, itemId: string): Sums {
  const found = sums.get(itemId) ?? noSums()
  sums.set(itemId, found)
  return found
}

const noon = (date: string) => startOfDate(ZONE, date) + 12 * 3_600_000

describe.each(['SQLite', 'PostgreSQL'] as const)('on %s', (dialect) => {
  const resources = new AsyncDisposableStack()
  let now = startOfDate(ZONE, '2026-03-01')
  const clock = { now: () => now }
  let shop: Shop
  let bridge: Bridge
  let statuses: StockOutStatuses

  beforeAll(async () => {
    shop = await openShop(dialect, resources, clock)
    bridge = createBridge(shop.db, [])
    statuses = createStockOutStatuses(shop.db, clock)
  })
  afterAll(() => resources.disposeAsync())

  let serial = 0
  const create = async (stockLevel: number, more: { sku?: string; adsItemId?: string } = {}) => {
    const sku = more.sku ?? `Sku-${dialect}-${++serial}`
    const row = { sku, name: sku, priceMinor: 100, stockLevel, adsItemId: more.adsItemId ?? null }
    return { ...(await shop.products.create(row, 'test')), sku }
  }
  const setStock = (id: number, stockLevel: number) =>
    shop.products.update({ id }, { stockLevel }, { expected: undefined, actor: 'test' })
  const asked = async (
    ads: Ads,
    query: Parameters<typeof outOfStockSpend>[1] = { from: FIRST, to: LAST },
  ) => {
    const currency = { code: 'EUR', decimals: 2 }
    const needed = { ads, bridge, products: shop.products, stockOutStatuses: statuses, currency, clock }
    return await outOfStockSpend(needed, query)
  }
  const everyDay = (itemId: string, micros = 1_000_000n): Spent[] =>
    DATES.map((date) => ({ date, itemId, micros }))

  test('three days out in the middle are exactly those days’ spend, and what comes later leaves them', async () => {
    now = startOfDate(ZONE, '2026-03-01')
    const { id, sku } = await create(5)
    now = startOfDate(ZONE, '2026-03-23')
    await setStock(id, 0)
    now = startOfDate(ZONE, '2026-03-26')
    await setStock(id, 40)
    now = noon(TODAY)
    const ads = adsOf(everyDay(sku.toLowerCase()))
    const expected = {
      product: { id },
      cost_micros: '3000000',
      clicks: 6,
      days_out: 3,
      estimated_days: 0,
      out_since: null,
      out_of_stock: [{ from: '2026-03-22T23:00:00.000Z', until: '2026-03-25T23:00:00.000Z' }],
    }
    const before = await asked(ads)
    expect(before.items).toMatchObject([expected])
    expect(before).toMatchObject({ state: 'complete', missing_dates: 0, cost_micros: '3000000' })
    await setStock(id, 0)
    const after = await asked(ads)
    expect(after.items).toMatchObject([
      { ...expected, out_since: expect.any(String), cost_micros_per_day: '1000000' },
    ])
    // Only what is spent now is another: the past stays.
    expect(after.totals).toEqual(before.totals.map((each) => ({ ...each, cost_micros_per_day: '1000000' })))
    expect((await asked(ads, { days: 3 })).items).toMatchObject([
      { cost_micros: '0', cost_micros_per_day: '1000000' },
    ])
  })

  test('a day on which the stock changed counts by its share, also one of 23 hours', async () => {
    now = startOfDate(ZONE, '2026-03-01')
    const { id, sku } = await create(5)
    now = startOfDate(ZONE, '2026-03-29') + 11.5 * 3_600_000
    await setStock(id, 0)
    now = startOfDate(ZONE, '2026-03-30')
    await setStock(id, 1)
    now = noon(TODAY)
    const { items } = await asked(adsOf(everyDay(sku)))
    expect(items).toMatchObject([{ cost_micros: '500000', clicks: 1, estimated_days: 1 }])
  })

  test('what was spent before the product was recorded, or on no product, is told apart', async () => {
    now = startOfDate(ZONE, '2026-03-30')
    const { sku } = await create(0)
    now = noon(TODAY)
    const ads = adsOf([...everyDay(sku), ...everyDay('nobody-has-this', 7n)], ['2026-03-25'])
    const answer = await asked(ads)
    expect(answer).toMatchObject({ state: 'unknown', missing_dates: 1 })
    expect(answer.totals).toEqual([
      {
        currency: 'EUR',
        cost_micros: '2000000',
        cost_micros_per_day: '1000000',
        in_stock_cost_micros: '0',
        unknown_cost_micros: '10000000',
        unmatched_cost_micros: String(7 * DATES.length),
        report_cost_micros: String(12_000_000 + 7 * DATES.length),
      },
    ])
  })

  test('item ids lead to their product by ads_item_id, SKU or a rule, whatever their case', async () => {
    now = startOfDate(ZONE, '2026-03-01')
    const own = await create(0, { adsItemId: 'Shopify_DE_1_Ä' })
    const bySku = await create(0, { sku: `ÄB-${dialect}` })
    const byRule = await create(0)
    now = noon(TODAY)
    const ids = ['shopify_de_1_ä', bySku.sku.toLowerCase(), `gla_${byRule.id}`, own.sku.toLowerCase()]
    const matched = async (templates?: string[]) =>
      ids.map((each) => found.get(each)?.id, (found = await bridge.match(ids, templates)))
    let found: Awaited<ReturnType<Bridge['match']>> = new Map()
    expect(await matched()).toEqual([own.id, bySku.id, undefined, undefined])
    expect(await matched(['gla_{id}'])).toEqual([own.id, bySku.id, byRule.id, undefined])
    await bridge.storeRules(['gla_{id}'])
    expect(await matched()).toEqual([own.id, bySku.id, byRule.id, undefined])
    await bridge.storeRules([])
    // As things change, so do the matches, and a sale leaves them alone.
    await setStock(bySku.id, 3)
    await shop.products.update({ id: own.id }, { adsItemId: null }, { expected: undefined, actor: 'test' })
    expect(await matched()).toEqual([undefined, bySku.id, undefined, own.id])
    await shop.products.remove({ id: bySku.id }, { expected: undefined, actor: 'test' })
    const again = await create(0, { sku: bySku.sku })
    expect(await matched()).toEqual([undefined, again.id, undefined, own.id])
  })

  test('over made-up histories every micro is in one of the four parts, and no currency in another', async () => {
    const item = fc.constantFrom('p-1', 'p-2', 'P-3', 'gone', 'none')
    const step = fc.record({
      hours: fc.integer({ min: 1, max: 60 }),
      sku: fc.constantFrom('P-1', 'P-2', 'p-3', 'gone'),
      act: fc.constantFrom('out', 'in', 'delete', 'rename', 'create'),
    })
    const spending = fc.record({
      date: fc.constantFrom(...DATES),
      itemId: item,
      micros: fc.bigInt({ min: 0n, max: 10_000_000_000n }),
      currency: fc.constantFrom('EUR', 'USD'),
    })
    const history = fc.tuple(fc.array(step, { maxLength: 15 }), fc.array(spending, { maxLength: 40 }))
    await fc.assert(
      fc.asyncProperty(history, async ([steps, spent]) => {
        now = startOfDate(ZONE, FIRST)
        for (const { hours, sku, act } of steps) {
          now += hours * 3_600_000
          await takeStep(sku, act)
        }
        now = noon(TODAY)
        const { totals, items } = await asked(adsOf(spent))
        for (const each of totals) {
          const inCurrency = spent.filter(({ currency }) => currency === each.currency)
          const cost = inCurrency.reduce((sum, { micros }) => sum + micros, 0n)
          expect(each.report_cost_micros).toBe(String(cost))
          const ofProducts = items.filter(({ currency }) => currency === each.currency)
          const wasted = ofProducts.reduce((sum, { cost_micros }) => sum + BigInt(cost_micros), 0n)
          expect(each.cost_micros).toBe(String(wasted))
          const burning = ofProducts.filter(({ out_since: since }) => since !== null)
          const perDay = burning.reduce((sum, { cost_micros_per_day: own }) => sum + BigInt(own), 0n)
          expect(each.cost_micros_per_day).toBe(String(perDay))
        }
      }),
      { numRuns: 60 },
    )
    expect(await derivedStockOuts(shop)).toEqual(await recordedStockOuts(shop))
  }, 60_000)

  const takeStep = async (sku: string, act: string): Promise<void> => {
    const row = await shop.products.withSku(sku, {})
    const by = { expected: undefined, actor: 'test' }
    if (!row && act !== 'delete') await create(act === 'out' ? 0 : 3, { sku })
    else if (row && act === 'delete') await shop.products.remove({ id: row.id }, by)
    else if (row && act === 'rename') await shop.products.update({ id: row.id }, { sku: null }, by)
    else if (row) await setStock(row.id, act === 'out' ? 0 : 7)
  }
})

async function recordedStockOuts({ db }: Shop) {
  const { stockOuts } = db.tables
  return await db.reader.select().from(stockOuts).orderBy(stockOuts.productId, stockOuts.fromAt)
}

/** From the whole ledger, entry by entry. */
async function derivedStockOuts({ db }: Shop) {
  const { stockAdjustments } = db.tables
  const entries = await db.reader
    .select()
    .from(stockAdjustments)
    .orderBy(stockAdjustments.productId, stockAdjustments.id)
  const outs: { productId: number; fromAt: number; untilAt: number | null }[] = []
  for (const { productId, stockLevelAfter, createdAt } of entries) {
    const last = outs.at(-1)
    const open = last?.productId === productId && last.untilAt === null ? last : undefined
    if (stockLevelAfter === 0 && !open) outs.push({ productId, fromAt: createdAt, untilAt: null })
    if (stockLevelAfter > 0 && open) open.untilAt = Math.max(open.fromAt, createdAt)
  }
  return outs.toSorted((a, b) => a.productId - b.productId || a.fromAt - b.fromAt)
}
