/** What the ads of a product come to, as they are shown. */
import type { Outputs } from '#client/api.ts'
import { roasOf } from '#client/products/layout/row-figures.ts'

/** Of the first product, currency by currency. */
export function adsOf({ items: [item] }: Outputs['products']['adsFigures'], days: 7 | 30) {
  const sums = (days === 7 ? item?.last_7_days : item?.last_30_days) ?? []
  return sums.map((each) => ({ ...each, roas: roasOf(each) }))
}
