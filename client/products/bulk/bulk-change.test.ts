import { describe, expect, test } from 'bun:test'
import type { Product } from '#client/products/columns.ts'
import { mistakeIn, stepsFor, type Kind } from './bulk-change.ts'

const at = '2026-01-01T00:00:00.000Z'
const product = (price: string): Product => ({
  id: 1,
  sku: null,
  name: 'Belt',
  price,
  currency: 'USD',
  stock_level: 5,
  version: 3,
  created_at: at,
  updated_at: at,
  gtin: null,
  ads_item_id: null,
  low_stock_at: null,
})
const priceAfter = (kind: Kind, value: string, price: string) =>
  stepsFor({ kind, value, reason: 'other' }, [product(price)])[0]?.price

describe('a change of many', () => {
  test.each([
    ['price-raise', '10', '21.30', '23.43'],
    ['price-raise', '7.5', '19.99', '21.49'],
    ['price-lower', '33.3', '10.00', '6.67'],
    ['price-lower', '100', '10.00', '0.00'],
    ['price-raise', '5', '0.10', '0.11'],
    ['price-raise', '10', '980', '1078'],
    ['price-lower', '50', '9999999999.99', '5000000000.00'],
  ] as const)('%s %s makes %s %s', (kind, value, price, after) => {
    expect(priceAfter(kind, value, price)).toBe(after)
  })

  test('carries the version that was seen, except where it only adds', () => {
    const reason = 'received'
    expect(stepsFor({ kind: 'stock-set', value: '7', reason }, [product('1.00')])).toEqual([
      { id: 1, version: 3, stock_level: 7 },
    ])
    expect(stepsFor({ kind: 'stock-add', value: '-2', reason }, [product('1.00')])).toEqual([
      { id: 1, delta: -2, reason },
    ])
  })

  test.each([
    ['price-set', '9.999', 'At most 2 decimals.'],
    ['price-set', '9.9', undefined],
    ['price-lower', '101', 'At most 100 %.'],
    ['stock-add', '0', 'Type a whole number, such as 5 or -3.'],
    ['stock-add', '-4', undefined],
    ['stock-set', '-4', 'Type a whole number, 0 or more.'],
  ] as const)('%s %s: %p', (kind, value, mistake) => {
    expect(mistakeIn({ kind, value }, product('1.00'))).toBe(mistake)
  })
})
