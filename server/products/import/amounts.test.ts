import { expect, test } from 'bun:test'
import { findDecimalSign, readPrice, readWhole } from './amounts.ts'

const USD = { code: 'USD', decimals: 2 }
const EUR = { code: 'EUR', decimals: 2 }
const price = (cell: string, currency = USD, decimal?: 'point' | 'comma') => {
  const read = readPrice(cell, { currency, decimal })
  return 'mistake' in read ? read.mistake : read.amount
}

test('a price is read as it is written, with the signs of the catalogue’s currency', () => {
  for (const cell of ['21.30', '21,30', ' 21.30 ', '$21.30', '21.30 USD', 'USD 21.30', 'US$21.30'])
    expect(price(cell)).toBe('21.30')
  for (const cell of ['1.234,50', '1 234,50 €', '€1,234.50', "1'234.50", '1 234.50', '1234.50'])
    expect(price(cell, EUR)).toBe('1234.50')
  expect(price('1,234,567.50')).toBe('1234567.50')
  expect(price('15 000')).toBe('15000')
})

test('what has two readings is told as both, unless the file has one way of writing', () => {
  expect(price('1,234')).toContain('1234 or 1.234')
  expect(price('1,234', USD, 'point')).toBe('1234')
  expect(price('1,234', USD, 'comma')).toBe('1.234')
  expect(price('1.234', USD, 'comma')).toBe('1234')
  // As programs write it, a point is the decimals'.
  expect(price('1.234')).toBe('1.234')
})

test('what is no amount, or one of another currency, is refused', () => {
  for (const cell of ['free', '€21.30', '21.30 EUR', '-5', '1e3', '1,23,4', '12 34', '1.2.3', '%5'])
    expect(price(cell)).toStartWith('must be')
  expect(price('21,30', USD, 'point')).toStartWith('must be')
})

test('the first amount that can be read in one way tells how the file writes them', () => {
  expect(findDecimalSign(['1,234', '21,30'], EUR)).toBe('comma')
  expect(findDecimalSign(['1,234', '1,234.50'], EUR)).toBe('point')
  expect(findDecimalSign(['12', '1,234', 'free'], EUR)).toBeUndefined()
})

test('whole numbers may have decimals that are zeros, and groups', () => {
  const whole = (cell: string, decimal?: 'point' | 'comma') => {
    const read = readWhole(cell, decimal)
    return 'mistake' in read ? read.mistake : read.amount
  }
  for (const cell of ['4', '4.0', '4,0', ' 4 ', '+4']) expect(whole(cell)).toBe('4')
  expect(whole('-3')).toBe('-3')
  expect(whole('1,200')).toBe('1200')
  expect(whole('1,000')).toContain('1000 or 1.000')
  expect(whole('1,000', 'point')).toBe('1000')
  for (const cell of ['4.5', 'many']) expect(whole(cell)).toBe('must be a whole number such as 12')
})
