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

/** What a scan must not do: evict by the time of the last use alone. */
class LeastRecentlyUsed {
  readonly #entries = new Map<string, string>()

  get(key: string): string | undefined {
    const value = this.#entries.get(key)
    if (value !== undefined) this.set(key, value)
    return value
  }

  set(key: string, value: string): void {
    this.#entries.delete(key)
    this.#entries.set(key, value)
    const [oldest] = this.#entries.keys()
    if (this.#entries.size > 200 && oldest !== undefined) this.#entries.delete(oldest)
  }
}

/** How many of the keys that were read three times survive a scan of ten thousand others. */
function survivors(tier: Pick<LeastRecentlyUsed, 'get' | 'set'>): number {
  for (let round = 0; round < 3; round += 1)
    for (const key of KEYS) {
      if (tier.get(key) === undefined) tier.set(key, key)
    }
  for (let n = 0; n < 10_000; n += 1) tier.set(`scanned ${n}`, '')
  return KEYS.filter((key) => tier.get(key) === key).length
}

test('a scan evicts nothing that was read before it; from an LRU cache of the same size it evicts all', () => {
  const tier = new MemoryTier<string>(20_000)
  const sized = {
    get: (key: string) => tier.get(key),
    set: (key: string, value: string) => tier.set(key, value, 100),
  }
  expect(survivors(sized)).toBe(KEYS.length)
  expect(survivors(new LeastRecentlyUsed())).toBe(0)
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
