/** From a query to rows on the wire: lowerCamelCase, int64 as strings, zeros left out, resource names unasked. */
import {
  metricFields,
  NOTHING,
  sum,
  type Figures,
  type Metrics,
  type Resource,
} from '#server/ads/demo/figures.ts'
import { figuresBy } from '#server/ads/demo/split.ts'
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
  const figures =
    resource === 'customer_client' ? [] : [...askedFigures(world, { ...query, resource }, customerId)]
  const total = figures.reduce<Metrics>((all, each) => sum(all, each.metrics), NOTHING)
  const json: Json = {}
  const values = metricFields(total)
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
      rowOf(row.fields, { ofAll: { ...account, 'segments.date': row.date }, customerId }, metricFields(row)),
    ),
  )
}

export type Dated = Figures & { date: string }

/** One for each row of the answer, whatever is asked of its metrics and its place. */
function rowsFor(world: World, query: CheckedQuery, customerId: string): Row[] {
  const { resource } = query
  const isAsked = conditionsOnRows(query)
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
  return merged(world, { ...query, resource }, customerId)
}

type FigureQuery = CheckedQuery & { resource: Resource }

/** Whatever is asked of metrics. */
function conditionsOnRows(query: CheckedQuery): (row: Row) => boolean {
  const conditions = [...conditionsOn('ATTRIBUTE', query), ...conditionsOn('SEGMENT', query)]
  return (row) => conditions.every((each) => holds(each, row))
}

function* askedFigures(
  world: World,
  query: FigureQuery,
  customerId: string,
): Generator<{ row: Row; metrics: Metrics }> {
  const isAsked = conditionsOnRows(query)
  const account = accountValues(world, customerId)
  for (const date of datesOf(query)) {
    const ofAll = { ...account, ...dates(date) }
    for (const figures of figuresBy(world, query, { customerId, date })) {
      const row = rowOf(figures.fields, { ofAll, customerId })
      if (isAsked(row)) yield { row, metrics: figures }
    }
  }
}

/** Rows that differ in no selected segment or attribute are one row, as in the API. */
function merged(world: World, query: FigureQuery, customerId: string): Row[] {
  const groups = new Map<string, { row: Row; metrics: Metrics }>()
  const keys = query.fields.filter((field) => !field.startsWith('metrics.'))
  for (const { row, metrics } of askedFigures(world, query, customerId)) {
    const key = keys.map((field) => String(row(field) ?? '')).join('\0')
    const found = groups.get(key)
    groups.set(key, { row, metrics: found ? sum(found.metrics, metrics) : metrics })
  }
  return [...groups.values()].map(({ row, metrics }) => {
    const values = metricFields(metrics)
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

const ID_OF_ENTITY: Readonly<Record<Resource, string>> = {
  customer: '',
  campaign: 'campaign.id',
  ad_group: 'ad_group.id',
  keyword_view: 'ad_group_criterion.criterion_id',
  shopping_performance_view: 'segments.product_item_id',
  asset_group: 'asset_group.id',
  // A search is known by its figures only.
  search_term_view: 'search_term_view.search_term',
  geographic_view: 'geographic_view.country_criterion_id',
}

/** Without figures: what there is, whether it was shown or not. */
function entities(world: World, { resource }: FigureQuery, customerId: string): Row[] {
  const of = ID_OF_ENTITY[resource]
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
    for (const { field, path } of paths) {
      const value = row(field)
      // Shorter integers are numbers, 64-bit ones are text.
      put(json, path, FIELD_BY_NAME.get(field)?.dataType === 'INT32' ? Number(value) : value)
    }
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
    case 'assetGroup':
      return `/assetGroups/${String(row('asset_group.id'))}`
    case 'searchTermView':
      return `/searchTermViews/${String(row('campaign.id'))}~${String(group)}~${btoa(encodeURIComponent(String(row('search_term_view.search_term'))))}`
    case 'geographicView':
      return `/geographicViews/${String(row('geographic_view.country_criterion_id'))}~${String(row('geographic_view.location_type'))}`
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
