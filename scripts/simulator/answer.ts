/** From a query to rows on the wire: lowerCamelCase, int64 as strings, zeros left out, resource names unasked. */
import type { World } from './account.ts'
import { figuresOf, NOTHING, sum, type Figures, type Metrics } from './data.ts'
import type { Query } from './gaql.ts'

type Json = { [key: string]: string | number | boolean | Json }

export const ROWS_PER_CHUNK = 10_000
const MAX_DAYS = 1_200

export function answerRows(world: World, query: Query, customerId: string): Json[] {
  const rows = asksForFigures(query)
    ? figureRows(world, query, customerId)
    : [accountRow(world, query, customerId)]
  return query.limit === undefined ? rows : rows.slice(0, query.limit)
}

export function fieldMaskOf({ fields }: Query): string {
  return fields.map((field) => field.split('.').map(lowerCamelCase).join('.')).join(',')
}

function asksForFigures({ fields, resource }: Query): boolean {
  return resource !== 'customer' || fields.some((field) => /^(metrics|segments)\./.test(field))
}

/** Rows that differ in no selected segment or attribute are one row, as in the API. */
function figureRows(world: World, query: Query, customerId: string): Json[] {
  const merged = new Map<string, Dated>()
  for (const date of datesOf(world, query)) {
    for (const figures of figuresOf(world, query.resource, { customerId, date })) {
      const values = { ...figures.fields, 'segments.date': date }
      const key = JSON.stringify(query.fields.map((field) => values[field as keyof typeof values]))
      const found = merged.get(key)
      merged.set(key, { ...figures, date, ...(found ? sum(found, figures) : {}) })
    }
  }
  return [...merged.values()].map((row) => toJson(query, row, { world, customerId }))
}

type Dated = Figures & { date: string }

function datesOf({ nowMs }: World, { dates }: Query): string[] {
  const today = Temporal.Instant.fromEpochMilliseconds(nowMs()).toString().slice(0, 10)
  const { from, to } = dates ?? { from: today, to: today }
  const first = Temporal.PlainDate.from(from)
  const length = Math.min(MAX_DAYS, first.until(to, { largestUnit: 'day' }).days + 1)
  return Array.from({ length: Math.max(0, length) }, (_, days) => first.add({ days }).toString())
}

function accountRow(world: World, query: Query, customerId: string): Json {
  return toJson(query, { fields: {}, date: '', ...NOTHING }, { world, customerId })
}

function toJson(
  { fields }: Query,
  row: Dated,
  { world, customerId }: { world: World; customerId: string },
): Json {
  const json: Json = {}
  const values: Record<string, string | number | boolean> = {
    ...row.fields,
    'customer.id': customerId,
    'customer.time_zone': world.timeZone,
    'customer.currency_code': 'USD',
    'customer.manager': false,
    'segments.date': row.date,
    ...metricValues(row),
  }
  for (const field of fields) {
    const path = field.split('.').map(lowerCamelCase)
    nameResource(json, path[0] ?? '', { customerId, fields: row.fields })
    const value = values[field]
    // proto3's JSON leaves out what equals its default.
    if (value !== undefined && value !== 0 && value !== '0' && value !== '' && value !== false)
      put(json, path, value)
  }
  return json
}

function metricValues(metrics: Metrics): Record<string, string | number> {
  return {
    'metrics.impressions': `${metrics.impressions}`,
    'metrics.clicks': `${metrics.clicks}`,
    'metrics.cost_micros': `${metrics.costMicros}`,
    'metrics.conversions': metrics.conversions,
    'metrics.conversions_value': metrics.conversionsValue,
  }
}

function nameResource(
  json: Json,
  name: string,
  { customerId, fields }: { customerId: string; fields: Figures['fields'] },
): void {
  const adGroup = fields['ad_group.id']
  const places: Record<string, string> = {
    customer: '',
    campaign: `/campaigns/${fields['campaign.id']}`,
    adGroup: `/adGroups/${adGroup}`,
    adGroupCriterion: `/adGroupCriteria/${adGroup}~${fields['ad_group_criterion.criterion_id']}`,
  }
  const place = places[name]
  if (place !== undefined) json[name] ??= { resourceName: `customers/${customerId}${place}` }
}

function put(json: Json, path: readonly string[], value: string | number | boolean): void {
  const [step = '', ...rest] = path
  if (rest.length === 0) json[step] = value
  else {
    const inner = (json[step] ?? {}) as Json
    json[step] = inner
    put(inner, rest, value)
  }
}

function lowerCamelCase(name: string): string {
  return name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
}
