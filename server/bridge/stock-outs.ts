/**
 * When products had no stock. Read once for each product, then kept in step by the change feed, whose entries are
 * committed with what they tell of: two years of a whole catalogue are too many rows to be read by each request.
 */
import { sql, type SQL } from 'drizzle-orm'
import type { Database } from '#db/database.ts'
import { createMutex } from '#db/mutex.ts'
import { evictOldest } from '#server/platform/evict-oldest.ts'
import { ChangeFollower } from '#server/products/change-follower.ts'
import { overlap, type Interval } from './attribution.ts'

/** Of products and of their stock-outs, together; what is beyond is read again by each request. */
const MAX_KEPT = 1_000_000

export class StockOuts {
  readonly #db: Database
  readonly #changes: ChangeFollower
  readonly #kept = new Map<number, readonly Interval[]>()
  readonly #evict = evictOldest(this.#kept)
  #size = 0
  readonly #exclusively = createMutex()

  constructor(db: Database) {
    this.#db = db
    this.#changes = new ChangeFollower(db)
  }

  /** Of these products, within the time or now, by product and in order; none for a product without any. */
  async of(time: Interval, productIds: readonly number[]): Promise<ReadonlyMap<number, readonly Interval[]>> {
    const all = await this.#exclusively(async () => {
      await this.#follow()
      return await this.#read(productIds)
    })
    const isTold = (each: Interval) => each.until === Infinity || overlap(time, each) > 0
    return new Map(
      [...all].flatMap(([id, outs]) => {
        const told = outs.filter(isTold)
        return told.length > 0 ? [[id, told] as const] : []
      }),
    )
  }

  async #follow(): Promise<void> {
    const changes = await this.#changes.next()
    const outdated = changes ? changes.map(({ productId }) => productId) : [...this.#kept.keys()]
    for (const id of outdated) this.#forget(id)
  }

  async #read(productIds: readonly number[]): Promise<Map<number, readonly Interval[]>> {
    const missing = productIds.filter((id) => !this.#kept.has(id))
    const read = missing.length > 0 ? await readTimes(this.#db, missing) : new Map<number, Interval[]>()
    const all = productIds.map((id) => [id, this.#kept.get(id) ?? read.get(id) ?? []] as const)
    for (const id of missing) this.#keep(id, read.get(id) ?? [])
    return new Map(all)
  }

  #keep(id: number, outs: readonly Interval[]): void {
    this.#kept.set(id, outs)
    this.#size += 1 + outs.length
    while (this.#size > MAX_KEPT) {
      const evicted = this.#evict()
      if (!evicted) return
      this.#size -= 1 + evicted[1].length
    }
  }

  #forget(id: number): void {
    const outs = this.#kept.get(id)
    if (!outs) return
    this.#kept.delete(id)
    this.#size -= 1 + outs.length
  }
}

async function readTimes(db: Database, productIds: readonly number[]): Promise<Map<number, Interval[]>> {
  const { stockOuts } = db.tables
  const given = db.rowsOf(
    productIds.map((id) => ({ id })),
    [{ name: 'id', text: false }],
  )
  // One row for each product: a row for each time would take longer to hand over than to find.
  const rows = await db.scanner
    .select({ productId: stockOuts.productId, times: timesOf(stockOuts) })
    .from(stockOuts)
    .where(sql`${stockOuts.productId} in (select id from ${given})`)
    .groupBy(stockOuts.productId)
  return new Map(rows.map(({ productId, times }) => [productId, times.split(',').map(toInterval)]))
}

/** `1763000000000 1763100000000,1763200000000 `: without an end while it lasts. */
function timesOf({ fromAt, untilAt }: Database['tables']['stockOuts']): SQL<string> {
  const time = sql`${fromAt} || ' ' || coalesce(cast(${untilAt} as text), '')`
  return sql<string>`string_agg(${time}, ',' order by ${fromAt})`
}

function toInterval(time: string): Interval {
  const [from = '', until = ''] = time.split(' ')
  return { from: Number(from), until: until === '' ? Infinity : Number(until) }
}
