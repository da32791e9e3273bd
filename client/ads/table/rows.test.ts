import { describe, expect, test } from 'bun:test'
import { columnsOf } from './columns.ts'
import { toCsv } from './csv.ts'
import { changeOf, readSort, rowsOf, search, sorted, totalOf, USUAL_SORT, writeSort } from './rows.ts'

type Answer = Parameters<typeof rowsOf>[0]

const figures = (cost: number, clicks: number, conversions = 0) => ({
  impressions: 100 * clicks,
  clicks,
  cost_micros: String(cost * 1_000_000),
  conversions,
  conversions_value: 10 * conversions,
  ctr: null,
  average_cpc_micros: null,
  cost_per_conversion_micros: null,
  roas: null,
})

const item = (id: string, now: ReturnType<typeof figures>, before: typeof now, currency = 'USD') => ({
  product_item_id: id,
  currency,
  ...now,
  before,
  trend: ['1000000', '2000000'],
})

const products = new Map([['as-1', { id: 7, sku: 'AS-1', name: 'Über shoe' }]])
const answer: Answer = {
  rows: [
    item('as-1', figures(10, 4, 2), figures(2, 2, 1)),
    item('as-2', figures(30, 0), figures(40, 3)),
    item('=as-3', figures(5, 5, 1), figures(0, 0)),
  ],
}
const rows = rowsOf(answer, 'product_item_id', products)
const columns = columnsOf(undefined)
function named(id: string) {
  const found = columns.find((each) => each.id === id)
  if (!found) throw new Error(`No column is called ${id}.`)
  return found
}
const order = (sort: string, of = rows) => sorted(of, columns, readSort(sort)).map(({ value }) => value)

test('a row is called as its product, and found by its words, its SKU or its id', () => {
  expect(rows.map(({ name }) => name)).toEqual(['Über shoe', 'as-2', '=as-3'])
  const found = (words: string) => search(rows, words).map(({ value }) => value)
  expect(found('shoe über')).toEqual(['as-1'])
  expect(found('AS-1')).toEqual(['as-1'])
  expect(found(' as- ')).toHaveLength(3)
  expect(found('boot')).toEqual([])
})

describe('rows in order', () => {
  test('of any figure, or of its change; what has no such figure comes last', () => {
    expect(order('-cost')).toEqual(['as-2', 'as-1', '=as-3'])
    expect(order('-cost.change')).toEqual(['as-1', '=as-3', 'as-2'])
    expect(order('cost.change')).toEqual(['as-2', '=as-3', 'as-1'])
    expect(order('-cpc')).toEqual(['as-1', '=as-3', 'as-2'])
    expect(order('cpc')).toEqual(['=as-3', 'as-1', 'as-2'])
    expect(order('name')[2]).toBe('as-1')
  })

  test('amounts of two currencies are not put in one order', () => {
    const both = rowsOf(
      { rows: [...answer.rows, item('eu', figures(1000, 1), figures(0, 0), 'EUR')] },
      'product_item_id',
      products,
    )
    expect(order('-cost', both)).toEqual(['eu', 'as-2', 'as-1', '=as-3'])
    expect(order('cost', both)[0]).toBe('eu')
    expect(totalOf(both, [])).toBeUndefined()
  })

  test('the address tells it, and what it cannot mean is the usual one', () => {
    for (const text of ['-cost', 'roas', '-clicks.change']) expect(writeSort(readSort(text))).toBe(text)
    expect(readSort('a b')).toEqual(USUAL_SORT)
  })
})

test('a change is told of both, and in parts of what was, where there was something', () => {
  const [shoe, , fresh] = rows
  expect(shoe && changeOf(shoe, named('cost'))).toEqual({ before: 2e6, by: 8e6, share: 4 })
  expect(fresh && changeOf(fresh, named('cost'))?.share).toBeUndefined()
  expect(fresh && changeOf(fresh, named('cpc'))).toBeUndefined()
})

test('rates of the total are of the sums', () => {
  const total = totalOf(rows, [])
  expect(total && named('cost').amountOf(total.now)).toBe(45e6)
  expect(total && named('cpc').amountOf(total.now)).toBe(5e6)
  expect(total && named('roas').amountOf(total.now)).toBeCloseTo(30 / 45)
})

test('a file has what is shown, in plain numbers, and no formulas', () => {
  const file = toCsv({
    heading: 'Product',
    rows: sorted(rows, columns, readSort('cost')),
    columns: [named('cost'), named('ctr')],
    isCompared: true,
  })
  expect(file.split('\r\n')).toEqual([
    'Product,ID,Currency,Cost,Cost before,Cost change,CTR,CTR before,CTR change',
    "'=as-3,'=as-3,USD,5,0,5,0.01,,",
    'Über shoe,as-1,USD,10,2,8,0.01,0.01,0',
    'as-2,as-2,USD,30,40,-10,,0.01,',
  ])
})
