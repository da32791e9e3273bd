/** What was spent on each product and what of it while there was no stock: by date, from the ledger. */
import type { DayOfItems, ItemDay } from '#server/ads/item-spend.ts'
import { overlap, sharesOf, split, type Interval } from './attribution.ts'
import type { MatchedProduct } from './item-matcher.ts'

/** On one product, in one currency, while it was out of stock. */
export interface ProductSpend {
  productId: number
  currency: string
  costMicros: bigint
  clicks: number
  /** Scaled as in decimal.ts. */
  conversions: bigint
  conversionsValue: bigint
  /** Dates of which only a part was without stock: their figures are that share of the day's. */
  estimatedDays: number
  /** On the newest dates, whatever the stock. */
  recentMicros: bigint
}

/** In one currency; the four parts add up to the cost that the report has. */
export interface Totals {
  currency: string
  inStockMicros: bigint
  outOfStockMicros: bigint
  unknownMicros: bigint
  unmatchedMicros: bigint
}

export interface UnmatchedItem {
  itemId: string
  currency: string
  costMicros: bigint
  clicks: number
}

export interface SpendByStock {
  products: ProductSpend[]
  totals: Totals[]
  unmatched: UnmatchedItem[]
}

interface Parts {
  owners: ReadonlyMap<string, MatchedProduct>
  stockOuts: ReadonlyMap<number, readonly Interval[]>
  /** The first date that counts as recent. */
  recentFrom: string
}

const NEVER: readonly Interval[] = []

export function spendByStock(days: readonly DayOfItems[], parts: Parts): SpendByStock {
  const spending = new Spending(parts)
  for (const day of days) for (const item of day.items) spending.add(day, item)
  return {
    products: [...spending.products.values()],
    totals: [...spending.totals.values()],
    unmatched: [...spending.unmatched.values()],
  }
}

class Spending {
  readonly products = new Map<string, ProductSpend>()
  readonly totals = new Map<string, Totals>()
  readonly unmatched = new Map<string, UnmatchedItem>()
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  add({ date, time, currency }: DayOfItems, item: ItemDay): void {
    const { owners, stockOuts, recentFrom } = this.#parts
    const totals = this.#totalsIn(currency)
    const owner = owners.get(item.itemId)
    if (!owner) {
      totals.unmatchedMicros += item.costMicros
      return this.#addUnmatched(item, currency)
    }
    const outs = stockOuts.get(owner.id) ?? NEVER
    const shares = sharesOf(time, owner.createdAt, outs)
    const cost = split(item.costMicros, shares)
    totals.inStockMicros += cost.inStock
    totals.outOfStockMicros += cost.out
    totals.unknownMicros += cost.unknown
    const isRecent = date >= recentFrom && outs.length > 0
    if (shares.out === 0 && !isRecent) return
    const own = this.#of(owner.id, currency)
    if (isRecent) own.recentMicros += item.costMicros
    own.costMicros += cost.out
    own.clicks += (item.clicks * shares.out) / shares.whole
    own.conversions += split(item.conversions, shares).out
    own.conversionsValue += split(item.conversionsValue, shares).out
    if (shares.out > 0 && shares.out < shares.whole) own.estimatedDays += 1
  }

  #of(productId: number, currency: string): ProductSpend {
    return entry(this.products, `${productId} ${currency}`, () => ({
      productId,
      currency,
      costMicros: 0n,
      clicks: 0,
      conversions: 0n,
      conversionsValue: 0n,
      estimatedDays: 0,
      recentMicros: 0n,
    }))
  }

  #totalsIn(currency: string): Totals {
    return entry(this.totals, currency, () => ({
      currency,
      inStockMicros: 0n,
      outOfStockMicros: 0n,
      unknownMicros: 0n,
      unmatchedMicros: 0n,
    }))
  }

  #addUnmatched({ itemId, costMicros, clicks }: ItemDay, currency: string): void {
    const item = entry(this.unmatched, `${itemId} ${currency}`, () => ({
      itemId,
      currency,
      costMicros: 0n,
      clicks: 0,
    }))
    item.costMicros += costMicros
    item.clicks += clicks
  }
}

function entry<V>(map: Map<string, V>, key: string, make: () => V): V {
  const found = map.get(key)
  if (found) return found
  const made = make()
  map.set(key, made)
  return made
}

/** The parts of the intervals that lie within the time. */
export function within(time: Interval, intervals: readonly Interval[]): Interval[] {
  return intervals
    .filter((each) => overlap(time, each) > 0)
    .map(({ from, until }) => ({ from: Math.max(from, time.from), until: Math.min(until, time.until) }))
}
