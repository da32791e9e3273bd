import { expect, test } from 'bun:test'
import { delayMs, RETRIED_FOR_MS } from './backoff.ts'

const EVEN = 0.5

test('delays grow from seconds to hours, and a day has a dozen attempts', () => {
  const delays = [1, 2, 3, 4, 9, 30].map((attempts) => delayMs(attempts, EVEN))
  expect(delays).toEqual([5_000, 15_000, 45_000, 135_000, 14_400_000, 14_400_000])
  let attempts = 1
  for (let at = 0; at <= RETRIED_FOR_MS; attempts += 1) at += delayMs(attempts, EVEN)
  expect(attempts).toBeWithin(12, 18)
})

test('deliveries that failed together are not tried together', () => {
  expect(delayMs(1, 0)).toBe(3_750)
  expect(delayMs(1, 1)).toBe(6_250)
})

test('a receiver may ask for more time, but not for days', () => {
  expect(delayMs(1, EVEN, 60_000)).toBe(60_000)
  expect(delayMs(5, EVEN, 1_000)).toBe(405_000)
  expect(delayMs(1, EVEN, 10 * 24 * 3_600_000)).toBe(14_400_000)
})
