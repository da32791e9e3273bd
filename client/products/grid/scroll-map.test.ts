import { describe, expect, test } from 'bun:test'
import { heightOf, MAX_HEIGHT, placeAt, scrolled } from './scroll-map.ts'

const small = { rows: 34_000, viewport: 700 }
const million = { rows: 34_000_000, viewport: 700 }
const inList = ({ top, base }: { top: number; base: number }) => top + base

describe('scrolling', () => {
  test('is the element’s own where the rows fit', () => {
    expect(heightOf(small)).toBe(34_000)
    expect(scrolled({ top: 0, base: 0 }, 5_000, small)).toEqual({ top: 5_000, base: 0 })
    expect(placeAt(20_000, small)).toEqual({ top: 20_000, base: 0 })
  })

  test('through a million rows moves by what a small step is', () => {
    const middle = placeAt(17_000_000, million)
    expect(inList(scrolled(middle, middle.top + 120, million))).toBe(17_000_120)
    expect(inList(scrolled(middle, middle.top - 34, million))).toBe(17_000_000 - 34)
  })

  test('through a million rows reaches any share of them, and both ends', () => {
    const end = MAX_HEIGHT - million.viewport
    const start = { top: 0, base: 0 }
    expect(inList(scrolled(start, end / 2, million))).toBeCloseTo((34_000_000 - 700) / 2, 3)
    expect(inList(scrolled(start, end, million))).toBeCloseTo(34_000_000 - 700, 3)
    expect(inList(placeAt(99_000_000, million))).toBeCloseTo(34_000_000 - 700, 3)
    expect(placeAt(-5, million)).toEqual({ top: 0, base: 0 })
  })

  test('never goes beyond the first or the last row', () => {
    expect(inList(scrolled({ top: 500, base: -300 }, 100, million))).toBe(0)
  })
})
