import type { Outputs } from '#client/api.ts'

type Spend = Outputs['ads']['outOfStockSpend']

/** Out of stock now and advertised of late, the dearest first. */
export function burningItems({ items }: Spend): Spend['items'] {
  return items
    .filter(({ out_since: since, cost_micros_per_day: micros }) => since !== null && micros !== '0')
    .toSorted((a, b) => Number(BigInt(b.cost_micros_per_day) - BigInt(a.cost_micros_per_day)))
}
