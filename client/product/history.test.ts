import { describe, expect, test } from 'bun:test'
import { historyOf, type Prices } from './history.ts'

const lowest = { price: '5.00', since: '2026-03-01T00:00:00Z', whole: true }
const PRICES: Prices = {
  currency: 'EUR',
  recorded_since: '2026-03-02T08:00:00Z',
  lowest_30_days: lowest,
  last_reduction: null,
  items: [],
  next_cursor: null,
}
const PRODUCT = {
  id: 1,
  sku: 'A',
  name: 'A',
  price: '8.00',
  currency: 'EUR',
  stock_level: 2,
  version: 3,
  created_at: '2026-03-01T00:00:00Z',
  updated_at: '2026-03-01T00:00:00Z',
  gtin: null,
  ads_item_id: null,
  low_stock_at: null,
}
const ads = (currency: string, cost_micros: string) => ({
  currency,
  cost_micros,
  clicks: 1,
  conversions: 0,
  conversions_value: 0,
})
const day = (date: string, more: object = {}) => ({
  date,
  stock_level: 5,
  has_ads_figures: true,
  ads: [ads('EUR', '1000000')],
  ...more,
})

function history({ days = [] as ReturnType<typeof day>[], outs = [] as object[], prices = {} } = {}) {
  const answer = {
    source: 'demo' as const,
    from: '2026-03-01',
    to: '2026-03-04',
    state: 'complete' as const,
    missing_dates: 0,
    time_zone: 'Europe/Berlin',
    item_ids: [],
    days,
    out_of_stock: outs as never[],
  }
  return historyOf(answer, { ...PRICES, ...prices }, PRODUCT)
}

const DAYS = ['2026-03-01', '2026-03-02', '2026-03-03', '2026-03-04'].map((date) => day(date))
const change = (version: number, at: string, previous_price: string, price: string) => ({
  version,
  at,
  previous_price,
  price,
  actor: null,
  reference: null,
})

describe('the history of a product', () => {
  test('has a price for each date from when prices are recorded: the last one of the date', () => {
    const items = [
      change(4, '2026-03-04T10:00:00Z', '9.00', '8.00'),
      // Already the 4th in Berlin.
      change(3, '2026-03-03T23:30:00Z', '7.00', '9.00'),
      change(2, '2026-03-03T05:00:00Z', '6.00', '7.00'),
    ]
    const { points } = history({ days: DAYS, prices: { items } })
    expect(points.slice(0, 4).map(({ price }) => price)).toEqual([null, '6.00', '7.00', '8.00'])
    expect(points.at(-1)).toMatchObject({ price: '8.00', stock: 2, costMicros: null })
  })

  test('does not guess a price that is older than the changes it was given', () => {
    const items = [change(9, '2026-03-03T05:00:00Z', '6.00', '8.00')]
    const { points } = history({ days: DAYS, prices: { items, next_cursor: 'more' } })
    expect(points.slice(0, 4).map(({ price }) => price)).toEqual([null, null, '8.00', '8.00'])
  })

  test('places times without stock within their dates, in the zone of the dates', () => {
    const outs = [
      { from: '2026-03-01T23:00:00Z', until: '2026-03-02T11:00:00Z' },
      { from: '2026-03-04T17:00:00Z', until: null },
    ]
    expect(history({ days: DAYS, outs }).outs).toEqual([
      { from: 1, until: 1.5 },
      { from: 3.75, until: 5 },
    ])
  })

  test('tells the cost of the currency that has most of it, and names the others', () => {
    const both = { ads: [ads('EUR', '1000000'), ads('USD', '2000000')] }
    const { currency, otherCurrencies, points } = history({ days: [day('2026-03-04', both)] })
    expect({ currency, otherCurrencies }).toEqual({ currency: 'USD', otherCurrencies: ['EUR'] })
    expect(points[0]?.costMicros).toBe('2000000')
  })

  test('keeps a date that is not fetched apart from one without cost', () => {
    const { points } = history({
      days: [day('2026-03-03', { has_ads_figures: false, ads: [] }), day('2026-03-04', { ads: [] })],
    })
    expect(points.map(({ costMicros }) => costMicros)).toEqual([null, '0', null])
  })
})
