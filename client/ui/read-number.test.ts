import { describe, expect, test } from 'bun:test'
import { mannerOf, readDecimal, withDecimals } from './read-number.ts'

const english = mannerOf('en-US')
const german = mannerOf('de-DE')

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

  test.each(['', 'abc', '-5', '1e5', '1.2.3', '12a', '.'])('%p is none', (typed) => {
    expect(readDecimal(typed, english)).toBeUndefined()
  })
})

test('decimals are filled up, and never cut off', () => {
  expect(withDecimals('5', 2)).toBe('5.00')
  expect(withDecimals('5.1', 2)).toBe('5.10')
  expect(withDecimals('5.100', 2)).toBe('5.10')
  expect(withDecimals('5.101', 2)).toBeUndefined()
  expect(withDecimals('5', 0)).toBe('5')
  expect(withDecimals('5.5', 0)).toBeUndefined()
})
