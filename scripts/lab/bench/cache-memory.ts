/** What a kept product takes, and whether the tier stays within its bound; in a process of its own. */
import type { Entry } from '#server/cache/cache.ts'
import { MemoryTier } from '#server/cache/memory-tier.ts'
import { sampleProduct } from '#db/sample-catalogue.ts'
import { ENTRY_BYTES } from '#server/cache/cache.ts'

const KEPT = 100_000
const DISTINCT = 10_000_000
const BOUND = 64 * 1024 ** 2

function fill(tier: MemoryTier<Entry<object>>, keys: number): number {
  let most = 0
  for (let n = 0; n < keys; n += 1) {
    const text = JSON.stringify({
      id: n,
      currency: 'USD',
      version: 1,
      created_at: '',
      ...sampleProduct(n % KEPT),
    })
    const key = `/v1/products/${n}`
    tier.set(
      key,
      { text, head: { etag: '"1"' }, version: { seq: n, at: n }, tag: n },
      text.length + key.length + ENTRY_BYTES,
    )
    most = Math.max(most, tier.bytes)
  }
  return most
}

const settled = () => {
  Bun.gc(true)
  return process.memoryUsage.rss()
}
const before = settled()
const roomy = new MemoryTier<Entry<object>>(2 ** 30)
fill(roomy, KEPT)
const each = { real: (settled() - before) / KEPT, counted: roomy.bytes / KEPT }
const most = fill(new MemoryTier(BOUND), DISTINCT)
console.log(JSON.stringify({ ...each, share: most / BOUND }))
