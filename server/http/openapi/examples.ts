/** Examples of inputs and answers, derived from their schemas: a field's name says what a likely value is. */
import type { Json } from './components.ts'

/** By the name of a field: the first that the schema allows is taken. */
const LIKELY: Readonly<Record<string, readonly unknown[]>> = {
  id: [42, '019ac6f2-run-1'],
  product_id: [42],
  ids: ['42,43'],
  sku: ['AS-00042'],
  name: ['Nordic Yoga Mat, Sand', 'campaign'],
  heading: ['Variant SKU'],
  field: ['sku'],
  gtin: ['4006381333931'],
  price: ['29.00'],
  previous_price: ['35.00'],
  min_price: ['10.00'],
  max_price: ['50.00'],
  currency: ['USD'],
  stock_level: [12],
  stock_level_after: [9],
  version: [7],
  delta: [-3],
  reason: ['sold'],
  reference: ['order-1001'],
  ads_item_id: ['gla_42'],
  item_id: ['gla_42'],
  low_stock_at: [5],
  actor: ['price sync'],
  key_id: [3],
  request_id: ['7c1d-1'],
  operation: ['products.update'],
  subject: ['product'],
  subject_id: ['42'],
  outcome: ['done'],
  q: ['yoga mat'],
  seq: [4711],
  last_seq: [4711],
  after: [4700],
  position: [5000],
  report: ['campaign'],
  group_by: ['date'],
  reports: [['campaign', 'product']],
  customer_id: ['1234567890'],
  customer_ids: [['1234567890']],
  time_zone: ['Europe/Berlin'],
  label: ['Campaigns'],
  state: ['complete'],
  from: ['2026-11-01', '2026-11-01T09:30:00Z', 1],
  to: ['2026-11-07', 2],
  until: ['2026-11-07T09:30:00Z'],
  date: ['2026-11-01'],
  days: [7],
  within: ['14d'],
  cost_micros: ['12500000'],
  cost_micros_per_day: ['1785714'],
  report_cost_micros: ['98000000'],
  min_spend_micros: ['5000000'],
  impressions: [1840],
  clicks: [96],
  conversions: [4.5],
  conversions_value: [214.5],
  ctr: [0.052],
  share: [0.97],
  score: [0.98],
  rows: [120],
  requested: [1460],
  done: [1460],
  requests: [1460],
  units: [1460],
  rules: [['gla_{id}']],
  map: ['Variant SKU=sku,Vendor=ignore'],
  columns: ['sku,ignore,stock_level'],
  url: ['https://shop.example/hooks/adstock'],
  events: [['product.out_of_stock']],
  description: ['The till'],
  secret: ['whsec_…'],
  key: ['ak_TGbrVYPm_…'],
  prefix: ['ak_TGbrVYPm'],
  type: ['product.out_of_stock'],
  title: ['The product has changed meanwhile'],
  code: ['VERSION_MISMATCH'],
  detail: ['The product has version 2 now.'],
  status: [200],
  max_cpc: ['0.40'],
  left_out: [0],
}
const INSTANT = '2026-11-01T09:30:00.000Z'

type Schema = Json & {
  type?: string | readonly string[]
  properties?: Record<string, Schema>
  required?: readonly string[]
  items?: Schema | false
  prefixItems?: readonly Schema[]
  anyOf?: readonly Schema[]
  enum?: readonly unknown[]
  examples?: readonly unknown[]
}

/** @param given values that win over those derived, by the names of fields */
export function exampleOf(schema: Schema, given: Json = {}): Json {
  const { properties = {}, required = [] } = schema
  const fields = Object.entries(properties).filter(([name]) => required.includes(name) || name in given)
  return Object.fromEntries(
    fields.map(([name, field]) => [name, name in given ? given[name] : valueOf(field, name)]),
  )
}

/** @param name of the field that has this schema */
export function valueOf(schema: Schema, name: string): unknown {
  const { examples, const: only, enum: allowed, anyOf, default: fallback } = schema
  if (only !== undefined) return only
  if (examples) return examples[0]
  const likely = (LIKELY[name] ?? []).find((value) => fits(schema, value))
  if (likely !== undefined) return likely
  if (allowed) return allowed[0]
  if (fallback !== undefined) return fallback
  if (anyOf) return valueOf(anyOf.find(({ type }) => type !== 'null') ?? {}, name)
  switch (schema.type) {
    case 'object':
      return exampleOf(schema)
    case 'array':
      return listOf(schema, name)
    case 'string':
      return schema['format'] === 'date-time' || name.endsWith('_at') || name.endsWith('_since')
        ? INSTANT
        : 'text'
    case 'boolean':
      return false
    case 'null':
      return null
    default:
      return Math.max(Number(schema['minimum'] ?? 0), 1)
  }
}

function listOf({ items, prefixItems }: Schema, name: string): unknown[] {
  if (prefixItems)
    return prefixItems.map((item, index) => (item.type === 'number' ? index * 5 : valueOf(item, name)))
  return items ? [valueOf(items, name.replace(/s$/, ''))] : []
}

/** As far as it decides between likely values; a test validates every example as a whole. */
function fits(schema: Schema, value: unknown): boolean {
  if (schema.anyOf) return schema.anyOf.some((one) => fits(one, value))
  if (schema.enum) return schema.enum.includes(value)
  const isInstant = typeof value === 'string' && value.includes('T')
  switch (schema.type) {
    case 'string':
      return (
        typeof value === 'string' &&
        (schema['format'] === 'date-time') === (isInstant && value.endsWith('Z')) &&
        new RegExp(typeof schema['pattern'] === 'string' ? schema['pattern'] : '', 'u').test(value)
      )
    case 'array':
      return (
        Array.isArray(value) &&
        schema.items !== undefined &&
        schema.items !== false &&
        value.every((each) => fits(schema.items as Schema, each))
      )
    case 'integer':
      return Number.isInteger(value)
    default:
      return schema.type === typeof value
  }
}
