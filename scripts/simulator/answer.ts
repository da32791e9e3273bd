/** From a query to rows on the wire: lowerCamelCase, int64 as strings, zeros left out, resource names unasked. */
import type { Fields, World } from './account.ts'
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
      const values: Fields = { ...figures.fields, 'segments.date': date }
      const key = query.fields.map((field) => values[field] ?? '').join('\0')
      const found = merged.get(key)
      merged.set(key, { ...figures, date, ...(found ? sum(found, figures) : {}) })
    }
  }
  return toRows([...merged.values()], query, { world, customerId })
}

export function toRows(
  rows: readonly Dated[],
  query: Query,
  of: { world: World; customerId: string },
): Json[] {
  const paths = pathsOf(query)
  return rows.map((row) => toJson(paths, row, of))
}

export type Dated = Figures & { date: string }

function datesOf({ nowMs }: World, { dates }: Query): string[] {
  const today = Temporal.Instant.fromEpochMilliseconds(nowMs()).toString().slice(0, 10)
  const { from, to } = dates ?? { from: today, to: today }
  const first = Temporal.PlainDate.from(from)
  const length = Math.min(MAX_DAYS, first.until(to, { largestUnit: 'day' }).days + 1)
  return Array.from({ length: Math.max(0, length) }, (_, days) => first.add({ days }).toString())
}

function accountRow(world: World, query: Query, customerId: string): Json {
  return toJson(pathsOf(query), { fields: {}, date: '', ...NOTHING }, { world, customerId })
}

type Paths = readonly { field: string; path: readonly string[] }[]

function pathsOf({ fields }: Query): Paths {
  return fields.map((field) => ({ field, path: field.split('.').map(lowerCamelCase) }))
}

function toJson(paths: Paths, row: Dated, { world, customerId }: { world: World; customerId: string }): Json {
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
  for (const { field, path } of paths) {
    const [resource = ''] = path
    const place = json[resource] === undefined ? placeOf(resource, row.fields) : undefined
    if (place !== undefined) json[resource] = { resourceName: `customers/${customerId}${place}` }
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

/** Resources are named in the answer unasked; segments and metrics have no name. */
function placeOf(resource: string, fields: Fields): string | undefined {
  switch (resource) {
    case 'customer':
      return ''
    case 'campaign':
      return `/campaigns/${fields['campaign.id']}`
    case 'adGroup':
      return `/adGroups/${fields['ad_group.id']}`
    case 'adGroupCriterion':
      return `/adGroupCriteria/${fields['ad_group.id']}~${fields['ad_group_criterion.criterion_id']}`
    default:
      return undefined
  }
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
