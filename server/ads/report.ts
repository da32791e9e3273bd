/** The four reports: what Google is asked, and which column of the store each field of its answer fills. */
import type { DateRange } from './calendar.ts'
import { METRICS } from './metric.ts'
import type { ReportName } from './options.ts'

export interface Report {
  name: ReportName
  columns: readonly Column[]
  /** What tells two rows of one answer apart, beside the date and the account. */
  key: readonly Column[]
  /** GAQL's FROM. */
  resource: GaqlResource
}

export type GaqlResource = 'campaign' | 'ad_group' | 'keyword_view' | 'shopping_performance_view'

export interface Column {
  name: string
  /** GAQL's SELECT, snake_case. */
  field: string
  /** The same in the answer, lowerCamelCase. */
  path: readonly string[]
  kind: 'text' | 'id' | 'integer' | 'decimal'
}

const column = (name: string, field: string, kind: Column['kind']): Column => ({
  name,
  field,
  kind,
  path: field.split('.').map(lowerCamelCase),
})

const DATE = column('date', 'segments.date', 'text')
const CUSTOMER = column('customer_id', 'customer.id', 'id')
const CAMPAIGN = column('campaign_id', 'campaign.id', 'id')
const AD_GROUP = column('ad_group_id', 'ad_group.id', 'id')
const CRITERION = column('criterion_id', 'ad_group_criterion.criterion_id', 'id')
const PRODUCT_ITEM = column('product_item_id', 'segments.product_item_id', 'text')

const METRIC_COLUMNS: readonly Column[] = METRICS.map(({ name, unit }) =>
  column(name, `metrics.${name}`, unit === 'decimal' ? 'decimal' : 'integer'),
)

export const REPORTS: Readonly<Record<ReportName, Report>> = {
  campaign: report('campaign', 'campaign', {
    key: [CAMPAIGN],
    attributes: [
      column('campaign_name', 'campaign.name', 'text'),
      column('campaign_status', 'campaign.status', 'text'),
    ],
  }),
  ad_group: report('ad_group', 'ad_group', {
    key: [CAMPAIGN, AD_GROUP],
    attributes: [
      column('ad_group_name', 'ad_group.name', 'text'),
      column('ad_group_status', 'ad_group.status', 'text'),
    ],
  }),
  keyword: report('keyword', 'keyword_view', {
    key: [CAMPAIGN, AD_GROUP, CRITERION],
    attributes: [
      column('keyword_text', 'ad_group_criterion.keyword.text', 'text'),
      column('match_type', 'ad_group_criterion.keyword.match_type', 'text'),
    ],
  }),
  product: report('product', 'shopping_performance_view', {
    key: [CAMPAIGN, AD_GROUP, PRODUCT_ITEM],
    attributes: [],
  }),
}

/** A literal date, never `DURING`: the store decides what a date is, not the moment of the request. */
export function queryFor(name: ReportName, date: string): string {
  const { columns, resource } = REPORTS[name]
  const fields = columns.map(({ field }) => field).join(', ')
  return `SELECT ${fields} FROM ${resource} WHERE segments.date = '${date}'`
}

/** Without a segment in SELECT: what the range sums to, whatever it is made of. */
export function totalsQueryFor(name: ReportName, { from, to }: DateRange): string {
  const fields = METRIC_COLUMNS.map(({ field }) => field).join(', ')
  return `SELECT ${fields} FROM ${REPORTS[name].resource} WHERE segments.date BETWEEN '${from}' AND '${to}'`
}

export function columnNames(name: ReportName): string[] {
  return REPORTS[name].columns.map((each) => each.name)
}

function report(
  name: ReportName,
  resource: GaqlResource,
  { key, attributes }: { key: readonly Column[]; attributes: readonly Column[] },
): Report {
  return { name, resource, key, columns: [DATE, CUSTOMER, ...key, ...attributes, ...METRIC_COLUMNS] }
}

export function lowerCamelCase(name: string): string {
  return name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
}
