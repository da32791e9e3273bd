/** The shapes of a question about a report, and of its answer. */
import * as v from 'valibot'
import { INTERVALS } from './calendar.ts'
import {
  CalendarDate,
  CostCurrency,
  Coverage,
  CustomerId,
  GROUP_FORMAT,
  KnownReport,
  metrics,
  Micros,
  ReportInfo,
  Source,
  whole,
  withOwnColumns,
} from './schema.ts'

const MAX_TREND = 60
const MAX_CELL = 1_000

export const ReportQuery = v.strictObject({
  from: v.optional(CalendarDate),
  to: v.optional(CalendarDate),
  group_by: v.optional(
    v.pipe(
      v.string('must be date, campaign, product, or a column of the report'),
      v.metadata({ format: GROUP_FORMAT }),
    ),
    'date',
  ),
  report: v.optional(KnownReport),
  customer_id: v.optional(CustomerId),
  compare_from: v.pipe(
    v.optional(CalendarDate),
    v.description('With compare_to: each row has `before`, its figures in that range. Not by date.'),
  ),
  compare_to: v.optional(CalendarDate),
  interval: v.pipe(
    v.optional(v.picklist(INTERVALS)),
    v.description(
      'Of sums by date: `date` is the first of its week, which begins on Monday, or of its month; at the beginning of the range, the first there. By the day.',
    ),
  ),
  filter_by: v.pipe(
    v.optional(v.pipe(v.string(), v.regex(/^[\w.]{1,100}$/, 'must be the name of a column'))),
    v.description('A column of the report that is no metric: only rows with filter_value there count.'),
  ),
  filter_value: v.optional(v.pipe(v.string(), v.maxLength(MAX_CELL, 'is too long'))),
  trend: v.pipe(
    v.optional(v.pipe(v.number(), v.integer(), v.minValue(2), v.maxValue(MAX_TREND))),
    v.description('Into how many parts of the range, in dates, the `trend` of each row is divided.'),
  ),
})
export type ReportQuery = v.InferOutput<typeof ReportQuery>

const figures = {
  ...metrics,
  ctr: v.pipe(v.nullable(v.number()), v.description('Clicks of impressions.')),
  average_cpc_micros: v.nullable(Micros),
  cost_per_conversion_micros: v.nullable(Micros),
  roas: v.pipe(v.nullable(v.number()), v.description('Value of conversions for one unit of cost.')),
  roas_by_conversion_date: v.pipe(
    v.optional(v.nullable(v.number())),
    v.description('The same of the conversions of these dates, whenever their clicks were.'),
  ),
}

/** The group columns are those of `group_by`: a date, a campaign's id and name, a product's item id, or the column. */
export const ReportRow = v.pipe(
  withOwnColumns({
    date: v.optional(v.string()),
    campaign_id: v.optional(v.string()),
    campaign_name: v.optional(v.string()),
    product_item_id: v.optional(v.string()),
    /** Of its costs and values: accounts of different currencies are never added up. */
    currency: v.string(),
    ...figures,
    before: v.pipe(
      v.optional(withOwnColumns(figures)),
      v.description('In the range that is compared with; zeros where there was nothing.'),
    ),
    trend: v.pipe(
      v.optional(v.array(Micros)),
      v.description('The cost a day in each part of the range, in order; whole cents.'),
    ),
  }),
  v.title('ReportRow'),
)
export type ReportRow = v.InferOutput<typeof ReportRow>

const Missing = v.pipe(
  whole,
  v.description('Dates of the range without figures, account by account: the sums lack them.'),
)

export const ReportRows = v.object({
  source: Source,
  from: v.string(),
  to: v.string(),
  currency: CostCurrency,
  report: ReportInfo,
  coverage: v.array(Coverage),
  old_columns: v.pipe(
    whole,
    v.description('Dates that are left out, because they have the columns of an earlier query.'),
  ),
  missing: Missing,
  compared: v.pipe(
    v.optional(v.object({ from: v.string(), to: v.string(), missing: Missing })),
    v.description('The range of `before`.'),
  ),
  rows: v.array(ReportRow),
})
