/** The figures of a date, a pure function of the seed: growth, seasons, weekdays, and days on which nothing ran. */
import type { Advertiser, Fields, Leaf } from './advertiser.ts'
import { chance, chancesOf } from './hashed-chance.ts'

export interface Metrics {
  impressions: number
  clicks: number
  costMicros: number
  conversions: number
  conversionsValue: number
}

export interface Figures extends Metrics {
  fields: Fields
}

export const RESOURCES = [
  'campaign',
  'ad_group',
  'keyword_view',
  'shopping_performance_view',
  'customer',
  'asset_group',
  'search_term_view',
  'geographic_view',
] as const
export type Resource = (typeof RESOURCES)[number]

export function isResource(name: string): name is Resource {
  return (RESOURCES as readonly string[]).includes(name)
}

/** Into what a resource sums a leaf up; undefined for one that it does not show. */
const GROUPING: Readonly<Record<Resource, (leaf: Leaf) => string | undefined>> = {
  customer: () => '',
  campaign: ({ fields }) => fields['campaign.id'],
  ad_group: ({ fields }) => fields['ad_group.id'],
  asset_group: ({ fields }) => fields['asset_group.id'],
  search_term_view: ({ id, kind }) => (kind === 'keyword' ? id : undefined),
  geographic_view: ({ fields }) => fields['campaign.id'],
  keyword_view: ({ id, kind }) => (kind === 'keyword' ? id : undefined),
  shopping_performance_view: ({ id, kind, fields }) =>
    kind === 'product' ? `${fields['ad_group.id'] ?? ''}~${id}` : undefined,
}

/** An advertiser some of whose dates have been restated, each as `resource customer date`. */
interface Restatable extends Advertiser {
  restated?: ReadonlySet<string>
}

/** Rows of one date whose metrics are not all zero, in no useful order, as Google gives them. */
export function figuresOf(world: Restatable, resource: Resource, of: CustomerDate): Figures[] {
  const groupOf = GROUPING[resource]
  const day = dayOf(world, of)
  const isRestated = world.restated?.has(dateKey(resource, of))
  const groups = new Map<string, Figures>()
  for (const leaf of world.leaves) {
    const key = groupOf(leaf)
    if (key === undefined) continue
    const first = metricsOf(world, leaf, day)
    const metrics = isRestated ? restated(first) : first
    if (metrics.impressions === 0) continue
    const group = groups.get(key)
    groups.set(key, { fields: group?.fields ?? leaf.fields, ...(group ? sum(group, metrics) : metrics) })
  }
  return [...groups]
    .map(([key, figures]) => ({ figures, at: chance(world.seed, of.date, key) }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ figures }) => figures)
}

/** By their GAQL name, as Google writes them: 64-bit integers as strings. A metric that is not made up is absent. */
export function metricFields(metrics: Metrics): Record<string, string | number> {
  const { impressions, clicks, costMicros, conversions, conversionsValue } = metrics
  return {
    // What is divided by is never 0.
    'metrics.ctr': clicks / Math.max(1, impressions),
    'metrics.average_cpc': costMicros / Math.max(1, clicks),
    'metrics.conversions_by_conversion_date': sixDecimals(conversions * SHARE_OF_THE_DAY),
    'metrics.conversions_value_by_conversion_date': sixDecimals(conversionsValue * SHARE_OF_THE_DAY),
    'metrics.impressions': `${impressions}`,
    'metrics.clicks': `${clicks}`,
    'metrics.cost_micros': `${costMicros}`,
    'metrics.conversions': conversions,
    'metrics.conversions_value': conversionsValue,
  }
}

/** So many conversions come on the day of their click. */
const SHARE_OF_THE_DAY = 0.9

export function dateKey(resource: Resource, { customerId, date }: CustomerDate): string {
  return `${resource} ${customerId} ${date}`
}

/** Conversions that came late are added to the day of the click. */
function restated(metrics: Metrics): Metrics {
  const { conversions, conversionsValue } = metrics
  return {
    ...metrics,
    conversions: sixDecimals(conversions * 1.5),
    conversionsValue: sixDecimals(conversionsValue * 1.5),
  }
}

export interface CustomerDate {
  customerId: string
  date: string
}

export const NOTHING: Metrics = {
  impressions: 0,
  clicks: 0,
  costMicros: 0,
  conversions: 0,
  conversionsValue: 0,
}

export function sum(a: Metrics, b: Metrics): Metrics {
  return {
    impressions: a.impressions + b.impressions,
    clicks: a.clicks + b.clicks,
    costMicros: a.costMicros + b.costMicros,
    conversions: sixDecimals(a.conversions + b.conversions),
    conversionsValue: sixDecimals(a.conversionsValue + b.conversionsValue),
  }
}

const PAUSED_ONE_DAY_IN = 90
const MONTHS = [0.85, 0.8, 0.9, 0.95, 1, 1, 0.9, 0.95, 1.05, 1.1, 1.45, 1.6]
const WEEKDAYS = [1.1, 1.05, 1, 1, 1.05, 0.8, 0.75]
const HOURS = 24

interface Day extends CustomerDate {
  /** How much traffic there is on this day, before a leaf's own share and luck. */
  traffic: number
}

function dayOf(world: Advertiser, { customerId, date }: CustomerDate): Day {
  const paused = chance(world.seed, customerId, 'pause', date) < 1 / PAUSED_ONE_DAY_IN
  if (paused) return { customerId, date, traffic: 0 }
  const day = Temporal.PlainDate.from(date)
  const years = day.year - 2023 + day.dayOfYear / 365
  const season = (MONTHS[day.month - 1] ?? 1) * (WEEKDAYS[day.dayOfWeek - 1] ?? 1)
  return {
    customerId,
    date,
    traffic: 600 * season * (1 + 0.18 * years) * elapsedPart(world, { customerId, date }),
  }
}

function metricsOf({ seed }: Advertiser, leaf: Leaf, { customerId, date, traffic }: Day): Metrics {
  if (date < leaf.since || traffic === 0) return NOTHING
  const luck = chancesOf(seed, customerId, leaf.id, date)
  if (luck(4) >= leaf.presence) return NOTHING
  const impressions = Math.floor(traffic * leaf.weight * luck(0) ** 1.5)
  if (impressions === 0) return NOTHING
  const clicks = Math.min(impressions, Math.round(impressions * 0.06 * 2 * luck(1)))
  if (clicks === 0) return { ...NOTHING, impressions }
  const costMicros = clicks * (180_000 + Math.floor(900_000 * luck(2)) * 2)
  // Shared among several ads by attribution, hence not whole.
  const conversions = sixDecimals(clicks * 0.08 * luck(3))
  return { impressions, clicks, costMicros, conversions, conversionsValue: sixDecimals(conversions * 47.35) }
}

/** Nothing of days to come, and of today only what is already over there. */
function elapsedPart({ nowMs, zoneOf }: Advertiser, { customerId, date }: CustomerDate): number {
  const now = Temporal.Instant.fromEpochMilliseconds(nowMs()).toZonedDateTimeISO(zoneOf(customerId))
  const today = now.toPlainDate().toString()
  if (date === today) return now.hour / HOURS
  return date < today ? 1 : 0
}

export function sixDecimals(value: number): number {
  return Math.round(value * 1e6) / 1e6
}
