/** The shapes of ads on the wire, for both transports. */
import * as v from 'valibot'
import { isDate } from './calendar.ts'
import { METRICS, type MetricName, type MetricsOnWire } from './metric.ts'

/** Longer than all that Google keeps by the day. */
export const MAX_RANGE_DAYS = 1_200

/** Of the OpenAPI document: what these are in one configuration. */
export const REPORT_FORMAT = 'ads-report'
export const GROUP_FORMAT = 'ads-group'

export const CalendarDate = v.pipe(
  v.string('must be a date such as 2026-01-31'),
  v.check(isDate, 'must be a date such as 2026-01-31'),
  v.metadata({ format: 'date' }),
)
/** Which names there are depends on the configuration: the OpenAPI document lists them. */
export const KnownReport = v.pipe(
  v.string('must be the name of a report'),
  v.metadata({ format: REPORT_FORMAT }),
)
export const ReportName = v.string()
export const CustomerId = v.pipe(
  v.string('must have ten digits, with or without dashes'),
  v.regex(/^(\d{10}|\d{3}-\d{3}-\d{4})$/, 'must have ten digits, with or without dashes'),
  v.transform((text) => text.replaceAll('-', '')),
)
export const Source = v.pipe(
  v.picklist(['google', 'demo', 'module']),
  v.description('Where the figures come from: `demo` ones are made up.'),
)
export const whole = v.pipe(v.number(), v.integer())

const Micros = v.pipe(
  v.string(),
  v.description('A 64-bit integer as digits; a million is one unit of currency.'),
)

export const CostCurrency = v.pipe(
  v.string(),
  v.description(
    'ISO 4217, what cost_micros counts; empty while it is not known, or where accounts differ in it.',
  ),
)

const ofUnit = { count: whole, micros: Micros, decimal: v.number() }

const metrics = Object.fromEntries(METRICS.map(({ name, unit }) => [name, ofUnit[unit]])) as {
  [Name in MetricName]: MetricsOnWire[Name] extends string ? typeof Micros : v.NumberSchema<undefined>
}

/**
 * What a report of one's own has comes under the names of its columns, which no type can list: sums, micros as digits,
 * and what rows are grouped by.
 */
function withOwnColumns<Entries extends v.ObjectEntries>(
  entries: Entries,
): v.ObjectSchema<Entries, undefined> {
  const own = v.union([v.string(), v.number()])
  return v.objectWithRest(entries, own) as unknown as v.ObjectSchema<Entries, undefined>
}

export const DAY_STATES = [
  'missing',
  'empty',
  'complete',
  'provisional',
  'partial',
  'failed',
  'fetching',
  'closed',
] as const

export const DaysQuery = v.strictObject({
  from: v.optional(CalendarDate),
  to: v.optional(CalendarDate),
  report: v.optional(KnownReport),
  customer_id: v.optional(CustomerId),
})
export type DaysQuery = v.InferOutput<typeof DaysQuery>

export const Day = v.pipe(
  withOwnColumns({
    date: v.string(),
    report: ReportName,
    customer_id: v.string(),
    state: v.picklist(DAY_STATES),
    rows: whole,
    fetched_at: v.nullable(v.string()),
    ...metrics,
    old_columns: v.pipe(
      v.optional(v.boolean()),
      v.description('The query of the report has changed since: fetching with `refresh` brings its columns.'),
    ),
    /** Only for a failed one: why. */
    code: v.optional(v.string()),
    detail: v.optional(v.string()),
  }),
  v.title('Day'),
)
export type Day = v.InferOutput<typeof Day>

export const Account = v.pipe(
  v.object({
    customer_id: v.string(),
    name: v.string(),
    /** ISO 4217; empty while it is not known. */
    currency: v.string(),
    time_zone: v.string(),
    /** Why it is no longer asked; what is stored of it stays. */
    closed: v.optional(v.string()),
    /** Its days were others when these dates were fetched: they are to be fetched again. */
    zone_changed: v.optional(
      v.object({ time_zone_before: v.string(), from: v.string(), to: v.string(), dates: whole }),
    ),
  }),
  v.title('Account'),
)
export type Account = v.InferOutput<typeof Account>

/** How much of the account's cost a report explains: `campaign` has all of it. */
export const Coverage = v.object({
  report: ReportName,
  customer_id: v.string(),
  share: v.pipe(v.nullable(v.number()), v.description('From 0 to 1; null while nothing can be compared.')),
  /** Those that both this report and `campaign` have. */
  dates: whole,
})

export const ReportInfo = v.pipe(
  v.object({
    name: ReportName,
    label: v.string(),
    dimensions: v.pipe(v.array(v.string()), v.description('What its rows can be grouped by.')),
    metrics: v.pipe(
      v.array(
        v.object({ name: v.string(), label: v.string(), unit: v.picklist(['count', 'micros', 'decimal']) }),
      ),
      v.description(
        'Its own list of sums. Of the metrics that each answer has, it has no others: those are 0.',
      ),
    ),
    not_summed: v.pipe(
      v.array(v.string()),
      v.description('Rates and averages: they are in the rows of the store, and no sum is made of them.'),
    ),
  }),
  v.title('ReportInfo'),
)
export type ReportInfo = v.InferOutput<typeof ReportInfo>

export const Days = v.object({
  source: Source,
  from: v.string(),
  to: v.string(),
  currency: CostCurrency,
  accounts: v.array(Account),
  reports: v.array(ReportInfo),
  coverage: v.array(Coverage),
  days: v.array(Day),
})
export type Days = v.InferOutput<typeof Days>

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
})
export type ReportQuery = v.InferOutput<typeof ReportQuery>

/** The group columns are those of `group_by`: a date, a campaign's id and name, a product's item id, or the column. */
export const ReportRow = v.pipe(
  withOwnColumns({
    date: v.optional(v.string()),
    campaign_id: v.optional(v.string()),
    campaign_name: v.optional(v.string()),
    product_item_id: v.optional(v.string()),
    /** Of its costs and values: accounts of different currencies are never added up. */
    currency: v.string(),
    ...metrics,
    ctr: v.pipe(v.nullable(v.number()), v.description('Clicks of impressions.')),
    average_cpc_micros: v.nullable(Micros),
    roas: v.pipe(v.nullable(v.number()), v.description('Value of conversions for one unit of cost.')),
    roas_by_conversion_date: v.pipe(
      v.optional(v.nullable(v.number())),
      v.description('The same of the conversions of these dates, whenever their clicks were.'),
    ),
  }),
  v.title('ReportRow'),
)
export type ReportRow = v.InferOutput<typeof ReportRow>

export const ReportRows = v.object({
  source: Source,
  from: v.string(),
  to: v.string(),
  currency: CostCurrency,
  report: ReportInfo,
  coverage: v.array(Coverage),
  old_columns: v.pipe(
    v.number(),
    v.description('Dates that are left out, because they have the columns of an earlier query.'),
  ),
  rows: v.array(ReportRow),
})
export type ReportRows = v.InferOutput<typeof ReportRows>

/** More than a page can show, and little enough to send. */
export const MAX_RESTATEMENTS = 500

const Counted = withOwnColumns({ rows: v.number(), ...metrics })

export const Restatement = v.pipe(
  v.object({
    date: v.string(),
    report: ReportName,
    customer_id: v.string(),
    /** When the new content was fetched, and when the old one had been. */
    restated_at: v.string(),
    fetched_at_before: v.string(),
    before: Counted,
    after: Counted,
  }),
  v.title('Restatement'),
)
export type Restatement = v.InferOutput<typeof Restatement>

export const Restatements = v.object({
  source: Source,
  from: v.string(),
  to: v.string(),
  currency: CostCurrency,
  items: v.pipe(v.array(Restatement), v.description(`Newest first, ${MAX_RESTATEMENTS} at most.`)),
  /** How many there are altogether. */
  total: whole,
})
