/** Products whose ads have cost something of late. */
import { addDays } from '#server/ads/calendar.ts'
import type { Context } from '#server/context.ts'
import { ADVERTISED_DAYS } from './schema.ts'

export async function advertisedIds({ ads, bridge }: Pick<Context, 'ads' | 'bridge'>): Promise<number[]> {
  const to = ads.yesterday()
  const { itemIds, accounts } = await ads.itemSpend({ from: addDays(to, 1 - ADVERTISED_DAYS), to })
  const costly = accounts.flatMap(({ series }) =>
    series.places
      .filter((place) => series.figures(place).costMicros > 0n)
      .map((place) => itemIds[place] ?? ''),
  )
  const owners = await bridge.match(costly)
  return [...new Set([...owners.values()].map(({ id }) => id))]
}
