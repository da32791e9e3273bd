import { describe, expect, test } from 'bun:test'
import { currencyOf, formatPrice, toMinorUnits } from './product.ts'

const USD = { code: 'USD', decimals: 2 }
const JPY = { code: 'JPY', decimals: 0 }
const KWD = { code: 'KWD', decimals: 3 }

describe('toMinorUnits', () => {
  test.each([
    ['21.30', USD, 2130],
    ['21.3', USD, 2130],
    ['21.3000', USD, 2130],
    ['500.0', JPY, 500],
    [21.3, USD, 2130],
    ['0', USD, 0],
    [0.1, USD, 10],
    ['9999999999.99', USD, 999_999_999_999],
    ['0021.30', USD, 2130],
    ['500', JPY, 500],
    ['1.234', KWD, 1234],
    ['9999999999.990', KWD, 9_999_999_999_990],
  ])('%p in %p is %p', (price, currency, minor) => {
    expect(toMinorUnits(price, currency)).toEqual({ minor })
  })

  test.each([
    ['-1', USD],
    [-0.5, USD],
    ['1e3', USD],
    [1e21, USD],
    [0.1 + 0.2, USD],
    [Number.NaN, USD],
    ['21.305', USD],
    ['21.', USD],
    ['.5', USD],
    [' 1', USD],
    ['1,50', USD],
    ['١٢', USD],
    ['', USD],
    ['10000000000', USD],
    ['500.5', JPY],
    ['9999999999.999', KWD],
    ['9'.repeat(400), USD],
  ])('%p in %p is refused with a reason', (price, currency) => {
    expect(toMinorUnits(price, currency)).toHaveProperty('mistake')
  })

  test('formatting gives back exactly the decimals of the currency', () => {
    expect(formatPrice(2130, USD)).toBe('21.30')
    expect(formatPrice(5, USD)).toBe('0.05')
    expect(formatPrice(0, KWD)).toBe('0.000')
    expect(formatPrice(500, JPY)).toBe('500')
  })
})

test('currencies carry the decimals of ISO 4217; a made-up one is unknown', () => {
  expect(currencyOf('USD')).toEqual(USD)
  expect(currencyOf('JPY')).toEqual(JPY)
  expect(currencyOf('KWD')).toEqual(KWD)
  expect(currencyOf('XQQ')).toBeUndefined()
})
