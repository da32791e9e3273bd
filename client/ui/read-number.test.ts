import { describe, expect, test } from 'bun:test'
import { mannerOf, plainDigits, readDecimal, withDecimals } from './read-number.ts'

const english = mannerOf('en-US')
const german = mannerOf('de-DE')
const egyptian = mannerOf('ar-EG')

describe('a typed number', () => {
  test.each([
    ['21.30', '21.30'],
    ['1,234.5', '1234.5'],
    ['1,234', '1234'],
    [' 007 ', '7'],
    ['.5', '0.5'],
    ['21,30', '21.30'],
  ])('in English, %p is %p', (typed, read) => {
    expect(readDecimal(typed, english)).toBe(read)
  })

  test.each([
    ['21,30', '21.30'],
    ['1.234,50', '1234.50'],
    ['1.234', '1234'],
    ['21.30', '21.30'],
  ])('in German, %p is %p', (typed, read) => {
    expect(readDecimal(typed, german)).toBe(read)
  })

  test.each([
    ['١٬٢٣٤٫٥٠', '1234.50'],
    ['٢١٫٣', '21.3'],
    ['21.30', '21.30'],
  ])('in Arabic, %p is %p', (typed, read) => {
    expect(readDecimal(typed, egyptian)).toBe(read)
  })

  test.each(['', 'abc', '-5', '1e5', '1.2.3', '12a', '.'])('%p is none', (typed) => {
    expect(readDecimal(typed, english)).toBeUndefined()
  })
})

test('a sign is one in any script', () => {
  expect(plainDigits('\u061c-٣', egyptian)).toBe('-3')
  expect(plainDigits('\u22123', english)).toBe('-3')
})

test('decimals are filled up, and never cut off', () => {
  expect(withDecimals('5', 2)).toBe('5.00')
  expect(withDecimals('5.1', 2)).toBe('5.10')
  expect(withDecimals('5.100', 2)).toBe('5.10')
  expect(withDecimals('5.101', 2)).toBeUndefined()
  expect(withDecimals('5', 0)).toBe('5')
  expect(withDecimals('5.5', 0)).toBeUndefined()
})
