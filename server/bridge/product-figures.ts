/** What the ads cost and brought, product by product. */
import type { ItemFigures } from '#server/ads/item-series.ts'
import type { AccountSpend, SpendOfItems } from '#server/ads/item-spend.ts'
import type { MatchedProduct } from './item-matcher.ts'

/** An item id of one account that belongs to a product. */
interface OwnedItem {
  productId: number
  itemId: string
  account: AccountSpend
  /** In the account's series. */
  place: number
}

export function ownedItems(
  { itemIds, accounts }: SpendOfItems,
  owners: ReadonlyMap<string, MatchedProduct>,
  productIds: ReadonlySet<number>,
): OwnedItem[] {
  return accounts.flatMap((account) =>
    account.series.places.flatMap((place) => {
      const itemId = itemIds[place] ?? ''
      const productId = owners.get(itemId)?.id
      return productId !== undefined && productIds.has(productId)
        ? [{ productId, itemId, account, place }]
        : []
    }),
  )
}

/** Currency by currency. */
export class FiguresByCurrency {
  readonly #sums = new Map<string, ItemFigures>()

  add(currency: string, more: ItemFigures): void {
    // A product that was not shown has no figures in that currency.
    if (more.rows === 0) return
    const sum = this.#sums.get(currency)
    this.#sums.set(
      currency,
      sum
        ? {
            rows: sum.rows + more.rows,
            clicks: sum.clicks + more.clicks,
            costMicros: sum.costMicros + more.costMicros,
            conversions: sum.conversions + more.conversions,
            conversionsValue: sum.conversionsValue + more.conversionsValue,
          }
        : more,
    )
  }

  toWire() {
    return [...this.#sums].map(([currency, { costMicros, clicks, conversions, conversionsValue }]) => ({
      currency,
      cost_micros: String(costMicros),
      clicks,
      conversions: rounded(conversions),
      conversions_value: rounded(conversionsValue),
    }))
  }
}

/** As all answers tell conversions. */
function rounded(value: number): number {
  return Math.round(value * 1e6) / 1e6
}
