/** What was spent on each product and what of it while there was no stock: by date, from the ledger. */
import type { AccountSpend, SpendOfItems } from '#server/ads/item-spend.ts'
import type { ItemFigures, ItemSeries } from '#server/ads/item-series.ts'
import { nextTurn } from '#server/platform/turns.ts'
import { overlap, split, type Interval } from './attribution.ts'
import { DateTimes, partsOf, type DatesByStock } from './dates-by-stock.ts'
import type { MatchedProduct } from './item-matcher.ts'

/** On one product, in one currency, while it was out of stock. */
export interface ProductSpend {
  productId: number
  currency: string
  costMicros: bigint
  clicks: number
  conversions: number
  conversionsValue: number
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
  /** By product, in order. */
  stockOuts: ReadonlyMap<number, readonly Interval[]>
  /** The first date that counts as recent. */
  recentFrom: string
}

const NEVER: readonly Interval[] = []

export async function spendByStock({ itemIds, accounts }: SpendOfItems, parts: Parts): Promise<SpendByStock> {
  const spending = new Spending(parts)
  for (const account of accounts) await spending.add(account, itemIds)
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

  /** What is neither out of stock, unknown nor unmatched is in stock. */
  async add(account: AccountSpend, itemIds: readonly string[]): Promise<void> {
    const { days, series, currency } = account
    const { owners, stockOuts, recentFrom } = this.#parts
    const totals = this.#totalsIn(currency)
    const dates = new DateTimes(days)
    const recent = days.filter(({ date }) => date < recentFrom).length
    let inStockMicros = series.totalMicros
    for (const place of series.places) {
      await nextTurn()
      const itemId = itemIds[place] ?? ''
      const owner = owners.get(itemId)
      if (!owner) {
        const { costMicros, clicks } = series.figures(place)
        totals.unmatchedMicros += costMicros
        inStockMicros -= costMicros
        this.#addUnmatched({ itemId, currency, costMicros, clicks })
        continue
      }
      const outs = stockOuts.get(owner.id) ?? NEVER
      const parts = partsOf(dates, { knownFrom: owner.createdAt, outs })
      const { spent, unknownMicros } = spentWithout({ series, place, parts })
      totals.unknownMicros += unknownMicros
      totals.outOfStockMicros += spent.costMicros
      inStockMicros -= unknownMicros + spent.costMicros
      const recentMicros = outs.length > 0 ? series.figures(place, recent).costMicros : 0n
      if (parts.out.length > 0 || parts.cut.length > 0 || recentMicros > 0n)
        this.#addOwned({ ...spent, productId: owner.id, currency, recentMicros })
    }
    totals.inStockMicros += inStockMicros
  }

  #addOwned(more: ProductSpend): void {
    const own = entry(this.products, `${more.productId} ${more.currency}`, () => ({
      ...more,
      costMicros: 0n,
      clicks: 0,
      conversions: 0,
      conversionsValue: 0,
      estimatedDays: 0,
      recentMicros: 0n,
    }))
    own.costMicros += more.costMicros
    own.clicks += more.clicks
    own.conversions += more.conversions
    own.conversionsValue += more.conversionsValue
    own.estimatedDays += more.estimatedDays
    own.recentMicros += more.recentMicros
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

  #addUnmatched({ itemId, currency, costMicros, clicks }: UnmatchedItem): void {
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

interface Wanted {
  series: ItemSeries
  place: number
  parts: DatesByStock
}

/** Of one item id: whole dates by one difference each, and dates on which the stock changed by their shares. */
function spentWithout({ series, place, parts: { unknownUntil, out, cut } }: Wanted) {
  let unknownMicros = unknownUntil > 0 ? series.figures(place, 0, unknownUntil).costMicros : 0n
  const spent = { costMicros: 0n, clicks: 0, conversions: 0, conversionsValue: 0, estimatedDays: 0 }
  const addOut = (figures: ItemFigures, costMicros: bigint, share: number) => {
    spent.costMicros += costMicros
    spent.clicks += figures.clicks * share
    spent.conversions += figures.conversions * share
    spent.conversionsValue += figures.conversionsValue * share
  }
  for (const { from, until } of out) {
    const figures = series.figures(place, from, until)
    addOut(figures, figures.costMicros, 1)
  }
  for (const { day, shares } of cut) {
    const figures = series.figures(place, day, day + 1)
    if (figures.rows === 0) continue
    const cost = split(figures.costMicros, shares)
    unknownMicros += cost.unknown
    addOut(figures, cost.out, shares.out / shares.whole)
    if (shares.out > 0 && shares.out < shares.whole) spent.estimatedDays += 1
  }
  return { spent, unknownMicros }
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
