/** Dates by stock are what the share of each date says, however stock-outs meet, overlap and miss dates. */
import { expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { sharesOf } from './attribution.ts'
import { DateTimes, partsOf } from './dates-by-stock.ts'

const instant = fc.integer({ min: 0, max: 120 })
const stockOut = fc.tuple(instant, fc.oneof(instant, fc.constant(Infinity)))

test('whole dates, cut dates and the rest are every date once, as its share says', () => {
  const made = fc.record({
    /** Not every date is fetched. */
    begins: fc.uniqueArray(fc.integer({ min: 0, max: 11 }), { minLength: 1 }),
    knownFrom: instant,
    pairs: fc.array(stockOut, { maxLength: 6 }),
  })
  fc.assert(
    fc.property(made, ({ begins, knownFrom, pairs }) => {
      const days = begins.toSorted((a, b) => a - b).map((n) => ({ from: n * 10, until: n * 10 + 10 }))
      const outs = pairs
        .map(([a, b]) => ({ from: Math.min(a, b), until: Math.max(a, b) }))
        .filter(({ from, until }) => until > from)
        .toSorted((a, b) => a.from - b.from)
      const { unknownUntil, out, cut } = partsOf(new DateTimes(days), { knownFrom, outs })
      const told = days.map((_, index) => {
        const isOut = out.filter(({ from, until }) => index >= from && index < until).length
        const own = cut.filter((each) => each.day === index)
        expect(isOut + own.length + Number(index < unknownUntil)).toBeLessThanOrEqual(1)
        if (own[0]) return own[0].shares
        return { whole: 10, unknown: index < unknownUntil ? 10 : 0, out: isOut * 10 }
      })
      expect(told).toEqual(days.map((day) => sharesOf(day, knownFrom, outs)))
    }),
    { numRuns: 2000 },
  )
})
