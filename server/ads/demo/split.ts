/** Figures by hour, device and the like: the parts of a whole add up to it, to the last micro. */
import type { Advertiser, Fields } from './advertiser.ts'
import {
  figuresOf,
  metricFields,
  sixDecimals,
  type CustomerDate,
  type Figures,
  type Metrics,
  type Resource,
} from './figures.ts'
import { chance } from './hashed-chance.ts'

interface Split {
  /** Selecting one of these asks for the parts. */
  fields: readonly string[]
  parts: (whole: Fields, customerId: string) => readonly Fields[]
  /** Impressions, clicks and cost have no such parts. */
  ofConversions?: true
}

const SPLITS: readonly Split[] = [
  by(
    'segments.hour',
    Array.from({ length: 24 }, (_, hour) => `${hour}`),
  ),
  by('segments.device', ['MOBILE', 'DESKTOP', 'TABLET']),
  by('segments.ad_network_type', ['SEARCH', 'SEARCH_PARTNERS', 'CONTENT']),
  {
    fields: [
      'segments.conversion_action',
      'segments.conversion_action_name',
      'segments.conversion_action_category',
    ],
    ofConversions: true,
    parts: (_, customerId) =>
      [
        { id: 101, name: 'Purchase', category: 'PURCHASE' },
        { id: 102, name: 'Newsletter, "weekly"', category: 'SIGNUP' },
      ].map(({ id, name, category }) => ({
        'segments.conversion_action': `customers/${customerId}/conversionActions/${id}`,
        'segments.conversion_action_name': name,
        'segments.conversion_action_category': category,
      })),
  },
]

/** Rows of these are parts whatever is selected. */
const SPLITS_OF_RESOURCE: Partial<Record<Resource, Split>> = {
  search_term_view: {
    fields: ['search_term_view.search_term'],
    parts: (whole) => {
      const text = whole['ad_group_criterion.keyword.text'] ?? ''
      return [text.toLowerCase(), `cheap ${text}`, `${text} near me, today`].map((term) => ({
        'search_term_view.search_term': term,
        'search_term_view.status': 'NONE',
      }))
    },
  },
  geographic_view: {
    fields: ['geographic_view.country_criterion_id', 'geographic_view.location_type'],
    parts: () =>
      ['2840', '2276', '2392'].flatMap((country) =>
        ['LOCATION_OF_PRESENCE', 'AREA_OF_INTEREST'].map((type) => ({
          'geographic_view.country_criterion_id': country,
          'geographic_view.location_type': type,
        })),
      ),
  },
}

/** What a query selects has rows of its own; rows that are zero in all of its metrics never come. */
export function figuresBy(
  world: Advertiser,
  { resource, fields }: { resource: Resource; fields: readonly string[] },
  of: CustomerDate,
): Figures[] {
  const asked = SPLITS.filter((split) => split.fields.some((field) => fields.includes(field)))
  const own = SPLITS_OF_RESOURCE[resource]
  const metrics = fields.filter((field) => field.startsWith('metrics.'))
  return [...(own ? [own] : []), ...asked]
    .reduce(
      (figures, split) => figures.flatMap((whole) => partsOf(whole, split, { seed: world.seed, ...of })),
      figuresOf(world, resource, of),
    )
    .filter((figures) => {
      const values = metricFields(figures)
      return metrics.length === 0 || metrics.some((field) => Number(values[field] ?? 0) !== 0)
    })
}

function partsOf(
  { fields, ...whole }: Figures,
  { parts, fields: named, ofConversions }: Split,
  { seed, customerId, date }: CustomerDate & { seed: number },
): Figures[] {
  const own = parts(fields, customerId)
  const weights = own.map(
    (part) => 0.1 + chance(seed, date, ...Object.values(fields), part[named[0] ?? ''] ?? ''),
  )
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  let reached = 0
  return own.map((part, index) => {
    const from = reached
    reached = index === own.length - 1 ? 1 : reached + (weights[index] ?? 0) / total
    return { ...shareOf(whole, { from, to: reached }, ofConversions), fields: { ...fields, ...part } }
  })
}

function shareOf(whole: Metrics, { from, to }: { from: number; to: number }, ofConversions?: true): Metrics {
  const share = (value: number) => Math.floor(value * to) - Math.floor(value * from)
  const decimals = (value: number) => sixDecimals(share(Math.round(value * 1e6)) / 1e6)
  return {
    impressions: ofConversions ? 0 : share(whole.impressions),
    clicks: ofConversions ? 0 : share(whole.clicks),
    costMicros: ofConversions ? 0 : share(whole.costMicros),
    conversions: decimals(whole.conversions),
    conversionsValue: decimals(whole.conversionsValue),
  }
}

function by(field: string, values: readonly string[]): Split {
  return { fields: [field], parts: () => values.map((value) => ({ [field]: value })) }
}
