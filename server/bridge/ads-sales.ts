/** What the ads tell of each product: conversions, where the ledger has no sales, and what they cost. */
import { addDays, type DateRange } from '#server/ads/calendar.ts'
import type { Context } from '#server/context.ts'
import { LONG_DAYS, SHORT_DAYS, type Counted } from './cover.ts'
import { itemIdsOf, missingDates } from './covered-range.ts'

/** Of one product, over all of its item ids. */
interface Figures {
  shortConversions: number
  longConversions: number
  /** On the newest dates, by currency. */
  shortCost: Map<string, bigint>
}

export interface AdsSales {
  range: DateRange
  /** So many of the dates are in the store; a part of one where only some accounts have it. */
  shortDays: number
  longDays: number
  byProduct: Map<number, Figures>
}

/** The last 28 dates that the account has finished, and the last 7 of them. */
export async function readAdsSales({ ads, bridge }: Pick<Context, 'ads' | 'bridge'>): Promise<AdsSales> {
  const to = ads.yesterday()
  const range = { from: addDays(to, 1 - LONG_DAYS), to }
  const shortFrom = addDays(to, 1 - SHORT_DAYS)
  const spent = await ads.itemSpend(range)
  const owners = await bridge.match(itemIdsOf(spent))
  const byProduct = new Map<number, Figures>()
  for (const { currency, days, series } of spent.accounts) {
    const short = days.filter(({ date }) => date < shortFrom).length
    for (const place of series.places) {
      const owner = owners.get(spent.itemIds[place] ?? '')
      if (!owner) continue
      const own = byProduct.get(owner.id) ?? noFigures()
      byProduct.set(owner.id, own)
      const { rows, conversions, costMicros } = series.figures(place, short)
      own.longConversions += series.figures(place).conversions
      own.shortConversions += conversions
      if (rows > 0) own.shortCost.set(currency, (own.shortCost.get(currency) ?? 0n) + costMicros)
    }
  }
  const shortDays = SHORT_DAYS * fetchedShare(ads, { from: shortFrom, to })
  return { range, shortDays, longDays: LONG_DAYS * fetchedShare(ads, range), byProduct }
}

/** Those with conversions. */
export function convertedProducts({ byProduct }: AdsSales): number[] {
  return [...byProduct].filter(([, { longConversions }]) => longConversions > 0).map(([id]) => id)
}

export function conversionsOf({ byProduct, shortDays, longDays }: AdsSales, productId: number) {
  const { shortConversions, longConversions } = byProduct.get(productId) ?? noFigures()
  return { short: counted(shortConversions, shortDays), long: counted(longConversions, longDays) }
}

/** Accounts of different currencies are never added up. */
export function spendPerDay({ byProduct, shortDays }: AdsSales, productId: number) {
  const { shortCost } = byProduct.get(productId) ?? noFigures()
  return [...shortCost].map(([currency, costMicros]) => ({
    currency,
    cost_micros: String(Math.round(Number(costMicros) / shortDays)),
  }))
}

function counted(units: number, days: number): Counted {
  return { units, events: units, weight: units, days }
}

function fetchedShare(ads: Context['ads'], range: DateRange): number {
  const { dates, missing } = missingDates(ads, range)
  return dates === 0 ? 0 : (dates - missing) / dates
}

function noFigures(): Figures {
  return { shortConversions: 0, longConversions: 0, shortCost: new Map() }
}
