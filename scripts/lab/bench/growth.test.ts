import { InvalidArgumentError } from 'commander'
import { expect, test } from 'bun:test'
import { sizesUpTo } from './growth.ts'

test.each([
  ['1000', [1_000]],
  ['99999', [1_000, 10_000]],
  ['1e5', [1_000, 10_000, 100_000]],
  ['50000000', [1_000, 10_000, 100_000, 1_000_000, 10_000_000]],
])('up to %s products', (text, sizes) => {
  expect(sizesUpTo(text)).toEqual(sizes)
})

test.each(['999', '0', '-1', 'all', ''])('there are no sizes up to "%s"', (text) => {
  expect(() => sizesUpTo(text)).toThrow(InvalidArgumentError)
})
