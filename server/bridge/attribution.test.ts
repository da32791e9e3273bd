import { expect, test } from 'bun:test'
import * as fc from 'fast-check'
import { sharesOf, split } from './attribution.ts'

const DAY = { from: 1000, until: 1100 }

test.each([
  ['a day without stock', 0, [{ from: 0, until: Infinity }], { out: 100, unknown: 0 }],
  ['a day in stock', 0, [{ from: 1100, until: Infinity }], { out: 0, unknown: 0 }],
  ['the stock ran out in the middle of it', 0, [{ from: 1050, until: 5000 }], { out: 50, unknown: 0 }],
  [
    'twice on the same day',
    0,
    [
      { from: 1010, until: 1020 },
      { from: 1030, until: 1050 },
    ],
    { out: 30, unknown: 0 },
  ],
  ['the product began on it', 1040, [{ from: 1040, until: 1060 }], { out: 20, unknown: 40 }],
  ['the product came later', 2000, [], { out: 0, unknown: 100 }],
] as const)('%s', (_, knownFrom, outs, shares) => {
  expect(sharesOf(DAY, knownFrom, outs)).toEqual({ whole: 100, ...shares })
})

test('the parts of an amount add up to it, and a whole day is exact', () => {
  const part = fc.integer({ min: 0, max: 43_200_000 })
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 10n ** 15n }), part, part, (amount, out, unknown) => {
      const parts = split(amount, { whole: 86_400_000, out, unknown })
      expect(parts.out + parts.unknown + parts.inStock).toBe(amount)
      expect(parts.inStock >= 0n).toBe(true)
    }),
  )
  expect(split(7n, { whole: 90_000_000, out: 90_000_000, unknown: 0 })).toEqual({
    out: 7n,
    unknown: 0n,
    inStock: 0n,
  })
})
