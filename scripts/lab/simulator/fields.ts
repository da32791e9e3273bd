/** The part of Google's fields that is simulated: of which kind each is, and with what it can be selected. */
export const VIEWS = {
  customer: [],
  campaign: ['customer'],
  ad_group: ['campaign', 'customer'],
  keyword_view: ['ad_group_criterion', 'ad_group', 'campaign', 'customer'],
  shopping_performance_view: ['ad_group', 'campaign', 'customer'],
  asset_group: ['campaign', 'customer'],
  search_term_view: ['ad_group', 'campaign', 'customer'],
  geographic_view: ['campaign', 'customer'],
  customer_client: ['customer'],
} as const satisfies Record<string, readonly string[]>
export type View = keyof typeof VIEWS

/** Of those above, the ones that divide the rows of a view, as segments do. */
export const DIVIDING: Partial<Record<View, readonly string[]>> = {
  shopping_performance_view: ['ad_group', 'campaign'],
}

export type DataType = 'INT64' | 'DOUBLE' | 'STRING' | 'ENUM' | 'DATE' | 'BOOLEAN' | 'INT32' | 'RESOURCE_NAME'

export interface Field {
  name: string
  category: 'ATTRIBUTE' | 'SEGMENT' | 'METRIC'
  dataType: DataType
  isRepeated: boolean
  /** Of an ENUM. */
  values: readonly string[]
  /** Only with these; all of them that have figures, if there are none. */
  views: readonly View[]
  /** Metrics that have no parts of this kind. */
  without: readonly string[]
}

const field = (name: string, dataType: DataType, more: Partial<Field> = {}): Field => ({
  name,
  dataType,
  category: name.startsWith('metrics.') ? 'METRIC' : name.startsWith('segments.') ? 'SEGMENT' : 'ATTRIBUTE',
  isRepeated: false,
  values: [],
  views: [],
  without: [],
  ...more,
})
const STATUSES = { values: ['ENABLED', 'PAUSED', 'REMOVED'] }
const CUSTOMER_STATUSES = { values: ['ENABLED', 'CANCELED', 'SUSPENDED', 'CLOSED'] }

const OF_CONVERSIONS = {
  without: ['impressions', 'clicks', 'cost_micros', 'ctr', 'average_cpc'].map((name) => `metrics.${name}`),
}

const FIELDS: readonly Field[] = [
  field('customer.id', 'INT64'),
  field('customer.descriptive_name', 'STRING'),
  field('customer.time_zone', 'STRING'),
  field('customer.currency_code', 'STRING'),
  field('customer.manager', 'BOOLEAN'),
  field('customer.status', 'ENUM', CUSTOMER_STATUSES),
  field('campaign.id', 'INT64'),
  field('campaign.name', 'STRING'),
  field('campaign.status', 'ENUM', STATUSES),
  field('campaign.advertising_channel_type', 'ENUM', { values: ['SEARCH', 'SHOPPING', 'PERFORMANCE_MAX'] }),
  field('campaign.labels', 'RESOURCE_NAME', { isRepeated: true }),
  field('ad_group.id', 'INT64'),
  field('ad_group.name', 'STRING'),
  field('ad_group.status', 'ENUM', STATUSES),
  field('ad_group_criterion.criterion_id', 'INT64'),
  field('ad_group_criterion.keyword.text', 'STRING'),
  field('ad_group_criterion.keyword.match_type', 'ENUM', { values: ['EXACT', 'PHRASE', 'BROAD'] }),
  field('customer_client.id', 'INT64'),
  field('customer_client.client_customer', 'RESOURCE_NAME'),
  field('customer_client.descriptive_name', 'STRING'),
  field('customer_client.level', 'INT64'),
  field('customer_client.manager', 'BOOLEAN'),
  field('customer_client.hidden', 'BOOLEAN'),
  field('customer_client.status', 'ENUM', CUSTOMER_STATUSES),
  field('customer_client.time_zone', 'STRING'),
  field('customer_client.currency_code', 'STRING'),
  ...['date', 'week', 'month', 'quarter'].map((name) => field(`segments.${name}`, 'DATE')),
  field('segments.year', 'INT64'),
  field('segments.hour', 'INT32'),
  field('segments.device', 'ENUM', { values: ['MOBILE', 'DESKTOP', 'TABLET', 'CONNECTED_TV', 'OTHER'] }),
  field('segments.ad_network_type', 'ENUM', { values: ['SEARCH', 'SEARCH_PARTNERS', 'CONTENT', 'MIXED'] }),
  field('segments.conversion_action', 'RESOURCE_NAME', OF_CONVERSIONS),
  field('segments.conversion_action_name', 'STRING', OF_CONVERSIONS),
  field('segments.conversion_action_category', 'ENUM', { ...OF_CONVERSIONS, values: ['PURCHASE', 'SIGNUP'] }),
  field('asset_group.id', 'INT64'),
  field('asset_group.name', 'STRING'),
  field('asset_group.status', 'ENUM', STATUSES),
  field('search_term_view.search_term', 'STRING'),
  field('search_term_view.status', 'ENUM', { values: ['ADDED', 'EXCLUDED', 'NONE'] }),
  field('geographic_view.country_criterion_id', 'INT64'),
  field('geographic_view.location_type', 'ENUM', { values: ['AREA_OF_INTEREST', 'LOCATION_OF_PRESENCE'] }),
  field('segments.product_item_id', 'STRING', { views: ['shopping_performance_view'] }),
  field('metrics.impressions', 'INT64'),
  field('metrics.clicks', 'INT64'),
  field('metrics.cost_micros', 'INT64'),
  field('metrics.conversions', 'DOUBLE'),
  field('metrics.conversions_value', 'DOUBLE'),
  field('metrics.conversions_by_conversion_date', 'DOUBLE'),
  field('metrics.conversions_value_by_conversion_date', 'DOUBLE'),
  field('metrics.ctr', 'DOUBLE'),
  field('metrics.average_cpc', 'DOUBLE'),
]

export const FIELD_BY_NAME: ReadonlyMap<string, Field> = new Map(FIELDS.map((each) => [each.name, each]))

export function isView(name: string): name is View {
  return Object.hasOwn(VIEWS, name)
}

/** `campaign` of `campaign.id`. */
export function ownerOf({ name }: Field): string {
  return name.slice(0, name.indexOf('.'))
}

export function hasFigures(view: View): boolean {
  return view !== 'customer_client'
}

export function goesWith(view: View, { name, category, views }: Field): boolean {
  if (category === 'ATTRIBUTE') {
    const owner = name.slice(0, name.indexOf('.'))
    return owner === view || VIEWS[view].some((each) => each === owner)
  }
  return hasFigures(view) && (views.length === 0 || views.includes(view))
}

/** Two segments or metrics of one query. */
export function goTogether(one: Field, other: Field): boolean {
  return !one.without.includes(other.name) && !other.without.includes(one.name)
}

/** Those whose days are named by themselves: they may stand in WHERE without being selected. */
export const CORE_DATES = ['date', 'week', 'month', 'quarter', 'year'].map((name) => `segments.${name}`)
