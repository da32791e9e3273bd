/** From a query to rows on the wire: lowerCamelCase, int64 as strings, zeros left out, resource names unasked. */
import type { Fields } from '#server/ads/demo/advertiser.ts'
import type { World } from './world.ts'
import {
  figuresOf,
  metricFields,
  NOTHING,
  sum,
  type Figures,
  type Metrics,
  type Resource,
} from '#server/ads/demo/figures.ts'
import type { Query } from './gaql.ts'

type Json = { [key: string]: string | number | boolean | Json }

export const ROWS_PER_CHUNK = 10_000
const MAX_DAYS = 1_200

export function answerRows(world: World, query: Query, customerId: string): Json[] {
  const rows = rowsOf(world, query, customerId)
  return query.limit === undefined ? rows : rows.slice(0, query.limit)
}

function rowsOf(world: World, query: Query, customerId: string): Json[] {
  const { resource } = query
  if (resource === 'customer_client') return clientRows(world, query, customerId)
  if (!asksForFigures(query)) return [accountRow(world, query, customerId)]
  return figureRows(world, { ...query, resource }, customerId)
}

/** What all rows of an answer sum to; a client that wants only this is spared the rows. */
export function summaryRow(world: World, query: Query, customerId: string): Json {
  const { resource } = query
  const total =
    resource === 'customer_client'
      ? NOTHING
      : datesOf(world, query)
          .flatMap((date) => figuresOf(world, resource, { customerId, date }))
          .reduce<Metrics>((all, figures) => sum(all, figures), NOTHING)
  const metrics = pathsOf(query).filter(({ field }) => field.startsWith('metrics.'))
  return toJson(metrics, { fields: {}, date: '', ...total }, { world, customerId })
}

export function fieldMaskOf({ fields }: Query): string {
  return fields.map((field) => field.split('.').map(lowerCamelCase).join('.')).join(',')
}

export function asksForFigures({ fields, resource }: Query): boolean {
  if (resource === 'customer_client') return false
  return resource !== 'customer' || fields.some((field) => /^(metrics|segments)\./.test(field))
}

/** Rows that differ in no selected segment or attribute are one row, as in the API. */
function figureRows(world: World, query: Query & { resource: Resource }, customerId: string): Json[] {
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

function clientRows(world: World, query: Query, managerId: string): Json[] {
  return world.tree.clientsOf(managerId).map((values) => {
    const json: Json = {}
    for (const { field, path } of pathsOf(query)) put(json, path, values[field])
    return json
  })
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
    'customer.time_zone': world.zoneOf(customerId),
    'customer.descriptive_name': world.tree.find(customerId)?.name ?? '',
    'customer.currency_code': world.tree.find(customerId)?.currency ?? 'USD',
    'customer.manager': world.tree.isManager(customerId),
    'segments.date': row.date,
    ...metricFields(row),
  }
  for (const { field, path } of paths) {
    const [resource = ''] = path
    const place = json[resource] === undefined ? placeOf(resource, row.fields) : undefined
    if (place !== undefined) json[resource] = { resourceName: `customers/${customerId}${place}` }
    put(json, path, values[field])
  }
  return json
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

/** proto3's JSON leaves out what equals its default. */
function put(json: Json, path: readonly string[], value: string | number | boolean | undefined): void {
  if (value === undefined || value === 0 || value === '0' || value === '' || value === false) return
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
