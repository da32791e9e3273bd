/** What a store that fetched everything must sum to. */
import type { World } from './world.ts'
import { figuresOf, NOTHING, sum, type Resource } from '#server/ads/demo/figures.ts'

const RESOURCE_OF: Readonly<Record<string, Resource>> = {
  campaign: 'campaign',
  ad_group: 'ad_group',
  keyword: 'keyword_view',
  product: 'shopping_performance_view',
}
const MAX_DAYS = 1_200

/** `?report=&customer_id=&from=&to=` */
export function expectedDays(world: World, parameters: URLSearchParams): Response {
  const resource = RESOURCE_OF[parameters.get('report') ?? '']
  const customerId = parameters.get('customer_id')
  const [from, to] = [parameters.get('from'), parameters.get('to')]
  if (!resource || !customerId || !from || !to)
    return Response.json({ error: 'give report, customer_id, from and to' }, { status: 400 })
  const first = Temporal.PlainDate.from(from)
  const length = Math.min(MAX_DAYS, first.until(to, { largestUnit: 'day' }).days + 1)
  const days = Array.from({ length }, (_, index) => {
    const date = first.add({ days: index }).toString()
    const rows = figuresOf(world, resource, { customerId, date })
    const { impressions, clicks, costMicros, conversions, conversionsValue } = rows.reduce(sum, NOTHING)
    return {
      date,
      rows: rows.length,
      impressions,
      clicks,
      cost_micros: `${costMicros}`,
      conversions,
      conversions_value: conversionsValue,
    }
  })
  return Response.json({ days })
}
