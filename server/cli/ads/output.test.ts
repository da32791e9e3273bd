import { expect, test } from 'bun:test'
import { money } from './output.ts'

test.each([
  [0n, '0.00'],
  [4_999n, '0.00'],
  [5_000n, '0.01'],
  [1_251_025_006n, '1251.03'],
  [999_995_000n, '1000.00'],
])('%p micros are %p, rounded to the nearest cent as on the page', (micros, text) => {
  expect(money(micros)).toBe(text)
})
