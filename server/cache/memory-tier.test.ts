import { expect, test } from 'bun:test'
import { MemoryTier } from './memory-tier.ts'

const KEYS = Array.from({ length: 100 }, (_, n) => `wanted ${n}`)

test('it never takes more bytes than it may', () => {
  const tier = new MemoryTier<number>(10_000)
  for (let n = 0; n < 5_000; n += 1) {
    tier.set(`key ${n % 700}`, n, 50 + ((n * 7919) % 100))
    if (n % 3 === 0) tier.get(`key ${(n * 31) % 700}`)
    expect(tier.bytes).toBeLessThanOrEqual(10_000)
  }
  expect(tier.entries).toBeGreaterThan(50)
})

test('what is wanted stays when somebody walks through everything once', () => {
  const tier = new MemoryTier<string>(20_000)
  for (let round = 0; round < 3; round += 1)
    for (const key of KEYS) {
      if (tier.get(key) === undefined) tier.set(key, key, 100)
    }
  for (let n = 0; n < 10_000; n += 1) {
    tier.set(`walked ${n}`, '', 100)
    tier.get(KEYS[n % KEYS.length] ?? '')
  }
  expect(KEYS.filter((key) => tier.get(key) === key).length).toBe(KEYS.length)
})

test('a key that is set again has its new value, and its new size', () => {
  const tier = new MemoryTier<string>(10_000)
  tier.set('a', 'old', 500)
  tier.set('a', 'new', 300)
  expect([tier.get('a'), tier.bytes, tier.entries]).toEqual(['new', 300, 1])
})

test('what would push out everything else is not kept', () => {
  const tier = new MemoryTier<string>(10_000)
  tier.set('a', 'small', 100)
  tier.set('b', 'huge', 5_000)
  expect([tier.get('a'), tier.get('b')]).toEqual(['small', undefined])
})
