/** From a query to rows on the wire: lowerCamelCase, int64 as strings, zeros left out, resource names unasked. */
import {
  figuresOf,
  NOTHING,
  sum,
  type Figures,
  type Metrics,
  type Resource,
} from '#server/ads/demo/figures.ts'
import { lowerCamelCase } from '#server/ads/report.ts'
import type { Fields } from '#server/ads/demo/advertiser.ts'
import { FIELD_BY_NAME } from './fields.ts'
import type { CheckedQuery } from './gaql/check.ts'
import { holds, inOrder, type Row, type Values } from './gaql/conditions.ts'
import type { World } from './world.ts'

type Json = { [key: string]: string | number | boolean | readonly string[] | Json }

export const ROWS_PER_CHUNK = 10_000
const MAX_DAYS = 1_200

/** @returns the rows, and how many there would be without a limit */
export function answerRows(
  world: World,
  query: CheckedQuery,
  customerId: string,
): { rows: Json[]; total: number } {
  const ofMetrics = conditionsOn('METRIC', query)
  const found = rowsFor(world, query, customerId).filter((row) => ofMetrics.every((each) => holds(each, row)))
  const write = writerFor(query, customerId)
  return { rows: inOrder(found, query.orderBy).slice(0, query.limit).map(write), total: found.length }
}

/** What all rows of an answer sum to; a client that wants only this is spared the rows. */
export function summaryRow(world: World, query: CheckedQuery, customerId: string): Json {
  const { resource } = query
  const total =
    resource === 'customer_client'
      ? NOTHING
      : datesOf(query)
          .flatMap((date) => figuresOf(world, resource, { customerId, date }))
          .reduce<Metrics>((all, figures) => sum(all, figures), NOTHING)
  const json: Json = {}
  const values = metricValues(total)
  for (const { field, path } of pathsOf(query))
    if (field.startsWith('metrics.')) put(json, path, values[field])
  return json
}

export function fieldMaskOf({ fields }: CheckedQuery): string {
  return fields.map((field) => field.split('.').map(lowerCamelCase).join('.')).join(',')
}

export function asksForFigures({ fields, conditions }: CheckedQuery): boolean {
  return [...fields, ...conditions.map(({ field }) => field)].some(
    (field) => FIELD_BY_NAME.get(field)?.category !== 'ATTRIBUTE',
  )
}

/** For rows that were made elsewhere. */
export function toRows(
  rows: readonly Dated[],
  query: CheckedQuery,
  { world, customerId }: { world: World; customerId: string },
): Json[] {
  const write = writerFor(query, customerId)
  const account = accountValues(world, customerId)
  return rows.map((row) =>
    write(
      rowOf(row.fields, { ofAll: { ...account, 'segments.date': row.date }, customerId }, metricValues(row)),
    ),
  )
}

export type Dated = Figures & { date: string }

/** One for each row of the answer, whatever is asked of its metrics and its place. */
function rowsFor(world: World, query: CheckedQuery, customerId: string): Row[] {
  const { resource } = query
  const conditions = [...conditionsOn('ATTRIBUTE', query), ...conditionsOn('SEGMENT', query)]
  const isAsked = (row: Row) => conditions.every((each) => holds(each, row))
  if (resource === 'customer_client')
    return world.tree
      .clientsOf(customerId)
      .map(
        (values): Row =>
          (field) =>
            values[field],
      )
      .filter(isAsked)
  if (!asksForFigures(query)) return entities(world, { ...query, resource }, customerId).filter(isAsked)
  return merged(world, { ...query, resource }, { customerId, isAsked })
}

type FigureQuery = CheckedQuery & { resource: Resource }

/** Rows that differ in no selected segment or attribute are one row, as in the API. */
function merged(
  world: World,
  query: FigureQuery,
  { customerId, isAsked }: { customerId: string; isAsked: (row: Row) => boolean },
): Row[] {
  const groups = new Map<string, { row: Row; metrics: Metrics }>()
  const keys = query.fields.filter((field) => !field.startsWith('metrics.'))
  const account = accountValues(world, customerId)
  for (const date of datesOf(query)) {
    const ofAll = { ...account, ...dates(date) }
    for (const figures of figuresOf(world, query.resource, { customerId, date })) {
      const row = rowOf(figures.fields, { ofAll, customerId })
      if (!isAsked(row)) continue
      const key = keys.map((field) => String(row(field) ?? '')).join('\0')
      const found = groups.get(key)
      groups.set(key, { row, metrics: found ? sum(found.metrics, figures) : figures })
    }
  }
  return [...groups.values()].map(({ row, metrics }) => {
    const values = metricValues(metrics)
    return (field) => values[field] ?? row(field)
  })
}

const LABELS = 3

function rowOf(
  fields: Fields,
  { ofAll, customerId }: { ofAll: Values; customerId: string },
  metrics: Values = {},
): Row {
  return (field) => {
    if (field !== 'campaign.labels') return metrics[field] ?? fields[field] ?? ofAll[field]
    const campaign = fields['campaign.id']
    return campaign === undefined
      ? []
      : [`customers/${customerId}/labels/${Number(campaign.at(-1)) % LABELS}`]
  }
}

/** Without figures: what there is, whether it was shown or not. */
function entities(world: World, { resource }: FigureQuery, customerId: string): Row[] {
  const id = { customer: '', campaign: 'campaign.id', ad_group: 'ad_group.id' }[resource as string]
  const of =
    id ?? (resource === 'keyword_view' ? 'ad_group_criterion.criterion_id' : 'segments.product_item_id')
  const leaves = of === '' ? [{ fields: {} as Fields }] : world.leaves.filter(({ fields }) => of in fields)
  const found = new Map(leaves.map(({ fields }) => [fields[of] ?? '', fields]))
  const ofAll = accountValues(world, customerId)
  return [...found.values()].map((fields) => rowOf(fields, { ofAll, customerId }))
}

function conditionsOn(category: string, { conditions }: CheckedQuery) {
  return conditions.filter(
    ({ field }) => field !== 'segments.date' && FIELD_BY_NAME.get(field)?.category === category,
  )
}

function datesOf({ dates: asked, today }: CheckedQuery): string[] {
  const { from, to } = asked ?? { from: today, to: today }
  const first = Temporal.PlainDate.from(from)
  const length = Math.min(MAX_DAYS, first.until(to, { largestUnit: 'day' }).days + 1)
  return Array.from({ length: Math.max(0, length) }, (_, days) => first.add({ days }).toString())
}

function accountValues(world: World, customerId: string): Values {
  const { name, currency, manager, status } = world.tree.find(customerId) ?? {}
  return {
    'customer.id': customerId,
    'customer.descriptive_name': name ?? '',
    'customer.time_zone': world.zoneOf(customerId),
    'customer.currency_code': currency ?? 'USD',
    'customer.manager': manager ?? false,
    'customer.status': status ?? 'ENABLED',
  }
}

function dates(date: string): Values {
  const day = Temporal.PlainDate.from(date)
  const month = day.with({ day: 1 })
  return {
    'segments.date': date,
    'segments.week': day.subtract({ days: day.dayOfWeek - 1 }).toString(),
    'segments.month': month.toString(),
    'segments.quarter': month.with({ month: month.month - ((month.month - 1) % 3) }).toString(),
    'segments.year': `${day.year}`,
  }
}

/** 64-bit integers as strings; what is divided by is never 0. */
function metricValues({ impressions, clicks, costMicros, conversions, conversionsValue }: Metrics): Values {
  return {
    'metrics.impressions': `${impressions}`,
    'metrics.clicks': `${clicks}`,
    'metrics.cost_micros': `${costMicros}`,
    'metrics.conversions': conversions,
    'metrics.conversions_value': conversionsValue,
    'metrics.ctr': clicks / Math.max(1, impressions),
    'metrics.average_cpc': costMicros / Math.max(1, clicks),
  }
}

type Paths = readonly { field: string; path: readonly string[] }[]

function pathsOf({ fields }: CheckedQuery): Paths {
  return fields.map((field) => ({ field, path: field.split('.').map(lowerCamelCase) }))
}

function writerFor(query: CheckedQuery, customerId: string): (row: Row) => Json {
  const paths = pathsOf(query)
  const named = new Set([...paths.map(({ path }) => path[0] ?? ''), lowerCamelCase(query.resource)])
  return (row) => {
    const json: Json = {}
    for (const resource of named) {
      const place = placeOf(resource, row)
      if (place !== undefined) json[resource] = { resourceName: `customers/${customerId}${place}` }
    }
    for (const { field, path } of paths) put(json, path, row(field))
    return json
  }
}

/** Resources are named in the answer unasked, the one in FROM always; segments and metrics have no name. */
function placeOf(resource: string, row: Row): string | undefined {
  const group = row('ad_group.id')
  switch (resource) {
    case 'customer':
      return ''
    case 'campaign':
      return `/campaigns/${String(row('campaign.id'))}`
    case 'adGroup':
      return group === undefined ? undefined : `/adGroups/${String(group)}`
    case 'adGroupCriterion':
      return `/adGroupCriteria/${String(group)}~${String(row('ad_group_criterion.criterion_id'))}`
    case 'keywordView':
      return `/keywordViews/${String(group)}~${String(row('ad_group_criterion.criterion_id'))}`
    case 'shoppingPerformanceView':
      return '/shoppingPerformanceView'
    case 'customerClient':
      return `/customerClients/${String(row('customer_client.id'))}`
    default:
      return undefined
  }
}

/** proto3's JSON leaves out what equals its default. */
function put(json: Json, path: readonly string[], value: Values[string]): void {
  if (value === undefined || value === 0 || value === '0' || value === '' || value === false) return
  const [step = '', ...rest] = path
  if (rest.length === 0) json[step] = value
  else {
    const inner = (json[step] ?? {}) as Json
    json[step] = inner
    put(inner, rest, value)
  }
}
