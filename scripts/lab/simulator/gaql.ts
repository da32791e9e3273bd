/** As much of Google's query language as reports need: SELECT … FROM … WHERE segments.date … [ORDER BY …] [LIMIT n]. */
import { adsError, type ErrorBody } from './bodies.ts'
import { RESOURCES, type Resource } from '#server/ads/demo/figures.ts'

export interface Query {
  fields: readonly string[]
  resource: Resource | 'customer_client'
  /** Both ends included; without a condition, none. */
  dates: { from: string; to: string } | undefined
  limit: number | undefined
}

export class QueryError extends Error {
  override readonly name = 'QueryError'
  readonly body: ErrorBody
  constructor(value: string, message: string) {
    super(message)
    this.body = adsError(400, { family: 'queryError', value, message })
  }
}

const METRICS = ['impressions', 'clicks', 'cost_micros', 'conversions', 'conversions_value'].map(
  (name) => `metrics.${name}`,
)
const CUSTOMER = ['id', 'descriptive_name', 'time_zone', 'currency_code', 'manager'].map(
  (name) => `customer.${name}`,
)
const CAMPAIGN = ['campaign.id', 'campaign.name', 'campaign.status']
const AD_GROUP = ['ad_group.id', 'ad_group.name', 'ad_group.status']
const CLIENT = [
  'id',
  'client_customer',
  'descriptive_name',
  'level',
  'manager',
  'hidden',
  'status',
  'time_zone',
  'currency_code',
].map((name) => `customer_client.${name}`)
const COMMON = [...CUSTOMER, 'segments.date', ...METRICS]

const FIELDS: Readonly<Record<Query['resource'], ReadonlySet<string>>> = {
  customer_client: new Set(CLIENT),
  customer: new Set(COMMON),
  campaign: new Set([...COMMON, ...CAMPAIGN]),
  ad_group: new Set([...COMMON, ...CAMPAIGN, ...AD_GROUP]),
  keyword_view: new Set([
    ...COMMON,
    ...CAMPAIGN,
    ...AD_GROUP,
    'ad_group_criterion.criterion_id',
    'ad_group_criterion.keyword.text',
    'ad_group_criterion.keyword.match_type',
  ]),
  shopping_performance_view: new Set([...COMMON, ...CAMPAIGN, ...AD_GROUP, 'segments.product_item_id']),
}

const CLAUSES =
  /^\s*SELECT\s+(?<select>[\w.,\s]+?)\s+FROM\s+(?<from>\w+)(?:\s+WHERE\s+(?<where>.+?))?(?:\s+ORDER\s+BY\s+[\w.,\s]+?)?(?:\s+LIMIT\s+(?<limit>\d+))?\s*$/is

/** @throws QueryError with the body Google sends */
export function parseQuery(text: string): Query {
  const groups = CLAUSES.exec(text)?.groups
  if (!groups) throw new QueryError('BAD_VALUE', `Error in query: unexpected input ${text.slice(0, 60)}.`)
  const { select = '', from = '', where, limit } = groups
  const resource = ([...RESOURCES, 'customer_client'] as const).find((name) => name === from.toLowerCase())
  if (!resource)
    throw new QueryError('BAD_RESOURCE_TYPE_IN_FROM_CLAUSE', `'${from}' is not a valid resource.`)
  const fields = select.split(',').map((field) => field.trim())
  for (const field of fields) {
    if (!FIELDS[resource].has(field))
      throw new QueryError('UNRECOGNIZED_FIELD', `Unrecognized field in the query: '${field}'.`)
  }
  const dates = where === undefined ? undefined : datesOf(where)
  return { fields, resource, dates, limit: limit === undefined ? undefined : Number(limit) }
}

const BETWEEN = /segments\.date\s+BETWEEN\s+'([^']*)'\s+AND\s+'([^']*)'/gi
const COMPARISON = /^segments\.date\s*(=|>=|<=)\s*'([^']*)'$/i

function datesOf(where: string): { from: string; to: string } {
  let [from, to] = ['0001-01-01', '9999-12-31']
  const plain = where.replaceAll(BETWEEN, "segments.date >= '$1' AND segments.date <= '$2'")
  for (const condition of plain.split(/\s+AND\s+/i)) {
    const match = COMPARISON.exec(condition.trim())
    if (!match)
      throw new QueryError('EXPECTED_CONDITION', `Error in WHERE clause: ${condition.slice(0, 60)}.`)
    const [, operator, date = ''] = match
    requireDate(date)
    if (operator !== '<=' && date > from) from = date
    if (operator !== '>=' && date < to) to = date
  }
  return { from, to }
}

function requireDate(text: string): void {
  try {
    if (Temporal.PlainDate.from(text).toString() === text) return
  } catch {
    // Said below, in the words of the API.
  }
  throw new QueryError(
    'INVALID_VALUE_WITH_BETWEEN_OPERATOR',
    `'${text}' is not a date in the form YYYY-MM-DD.`,
  )
}
