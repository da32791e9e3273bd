/** The shapes of ads on the wire, for both transports. */
import * as v from 'valibot'
import { isDate } from './calendar.ts'
import { METRICS, type MetricName, type MetricsOnWire } from './metric.ts'
import { REPORT_NAMES } from './options.ts'

/** Longer than all that Google keeps by the day. */
export const MAX_RANGE_DAYS = 1_200

export const CalendarDate = v.pipe(
  v.string('must be a date such as 2026-01-31'),
  v.check(isDate, 'must be a date such as 2026-01-31'),
  v.metadata({ format: 'date' }),
)
const ReportName = v.picklist(REPORT_NAMES, `must be one of ${REPORT_NAMES.join(', ')}`)
const CustomerId = v.pipe(
  v.string('must have ten digits, with or without dashes'),
  v.regex(/^(\d{10}|\d{3}-\d{3}-\d{4})$/, 'must have ten digits, with or without dashes'),
  v.transform((text) => text.replaceAll('-', '')),
)
export const Source = v.pipe(
  v.picklist(['google', 'demo', 'module']),
  v.description('Where the figures come from: `demo` ones are made up.'),
)
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

const metrics = Object.fromEntries(
  METRICS.map(({ name, unit }) => [name, unit === 'micros' ? Micros : v.number()]),
) as { [Name in MetricName]: MetricsOnWire[Name] extends string ? typeof Micros : v.NumberSchema<undefined> }

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
  report: v.optional(ReportName),
  customer_id: v.optional(CustomerId),
})
export type DaysQuery = v.InferOutput<typeof DaysQuery>

export const Day = v.object({
  date: v.string(),
  report: ReportName,
  customer_id: v.string(),
  state: v.picklist(DAY_STATES),
  rows: v.number(),
  fetched_at: v.nullable(v.string()),
  ...metrics,
  /** Only for a failed one: why. */
  code: v.optional(v.string()),
  detail: v.optional(v.string()),
})
export type Day = v.InferOutput<typeof Day>

export const Account = v.object({
  customer_id: v.string(),
  name: v.string(),
  /** ISO 4217; empty while it is not known. */
  currency: v.string(),
  time_zone: v.string(),
  /** Why it is no longer asked; what is stored of it stays. */
  closed: v.optional(v.string()),
  /** Its days were others when these dates were fetched: they are to be fetched again. */
  zone_changed: v.optional(
    v.object({ time_zone_before: v.string(), from: v.string(), to: v.string(), dates: v.number() }),
  ),
})
export type Account = v.InferOutput<typeof Account>

/** How much of the account's cost a report explains: `campaign` has all of it. */
export const Coverage = v.object({
  report: ReportName,
  customer_id: v.string(),
  share: v.pipe(v.nullable(v.number()), v.description('From 0 to 1; null while nothing can be compared.')),
  /** Those that both this report and `campaign` have. */
  dates: v.number(),
})

export const Days = v.object({
  source: Source,
  from: v.string(),
  to: v.string(),
  currency: CostCurrency,
  accounts: v.array(Account),
  coverage: v.array(Coverage),
  days: v.array(Day),
})
export type Days = v.InferOutput<typeof Days>

export const GROUPS = ['date', 'campaign', 'product'] as const

export const ReportQuery = v.strictObject({
  from: v.optional(CalendarDate),
  to: v.optional(CalendarDate),
  group_by: v.optional(v.picklist(GROUPS, `must be one of ${GROUPS.join(', ')}`), 'date'),
  report: v.optional(ReportName),
  customer_id: v.optional(CustomerId),
})
export type ReportQuery = v.InferOutput<typeof ReportQuery>

/** The group columns are those of `group_by`: a date, a campaign's id and name, or a product's item id. */
export const ReportRow = v.object({
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
})
export type ReportRow = v.InferOutput<typeof ReportRow>

export const ReportRows = v.object({
  source: Source,
  from: v.string(),
  to: v.string(),
  currency: CostCurrency,
  coverage: v.array(Coverage),
  rows: v.array(ReportRow),
})
export type ReportRows = v.InferOutput<typeof ReportRows>

export const NewRun = v.strictObject({
  from: v.optional(CalendarDate),
  to: v.optional(CalendarDate),
  reports: v.optional(v.pipe(v.array(ReportName), v.minLength(1, 'must name a report'))),
  customer_ids: v.optional(v.pipe(v.array(CustomerId), v.minLength(1, 'must name an account'))),
  refresh: v.optional(v.boolean('must be true or false'), false),
})
export type NewRun = v.InferOutput<typeof NewRun>

export const RUN_STATES = ['queued', 'running', 'done', 'failed', 'parked', 'interrupted'] as const

export const Run = v.object({
  id: v.string(),
  state: v.picklist(RUN_STATES),
  kind: v.picklist(['backfill', 'fetch', 'daily']),
  /** Null until the account's calendar is known. */
  from: v.nullable(v.string()),
  to: v.nullable(v.string()),
  reports: v.array(ReportName),
  /** Dates of the range, over all reports and accounts: skipped, done, failed or still to come. */
  requested: v.number(),
  skipped: v.number(),
  done: v.number(),
  failed: v.array(
    v.object({
      report: ReportName,
      customer_id: v.string(),
      date: v.string(),
      code: v.string(),
      detail: v.string(),
    }),
  ),
  /** `failed` lists the first 50. */
  failed_count: v.number(),
  rows: v.number(),
  requests: v.number(),
  retries: v.number(),
  /** What Google charged; runs of before this was counted have none. */
  units: v.optional(v.number()),
  started_at: v.string(),
  finished_at: v.nullable(v.string()),
  /** Dates a second since it began, and the time left at that pace. */
  rate: v.optional(v.number()),
  eta_ms: v.optional(v.number()),
  /** When nothing moves: why, and until when. */
  waiting_for: v.optional(v.string()),
  waiting_until: v.optional(v.string()),
  /** Of the failure that made it wait: `RATE_LIMITED` is a quota, `NETWORK` or `SERVER_ERROR` an outage. */
  waiting_code: v.optional(v.string()),
  parked_until: v.optional(v.string()),
  /** What ended it, or a part of it, before every date was tried. */
  code: v.optional(v.string()),
  detail: v.optional(v.string()),
})
export type Run = v.InferOutput<typeof Run>

const LEVELS = ['explorer', 'basic', 'standard'] as const

export const ForecastQuery = v.strictObject({
  from: v.optional(CalendarDate),
  to: v.optional(CalendarDate),
  report: v.optional(ReportName),
  customer_id: v.optional(CustomerId),
  refresh: v.optional(v.boolean('must be true or false'), false),
})
export type ForecastQuery = v.InferOutput<typeof ForecastQuery>

export const Forecast = v.object({
  /** Dates of the range, over all reports and accounts, and those of them that are there already. */
  requested: v.number(),
  skipped: v.number(),
  /** One for each date that is left. */
  requests: v.number(),
  units: v.number(),
  /** They count against the same day. */
  requests_last_24_h: v.number(),
  access: v.array(
    v.object({
      level: v.picklist(LEVELS),
      requests_per_day: v.nullable(v.number()),
      fits: v.boolean(),
      days: v.number(),
    }),
  ),
  /** Dates a second of the last run that tells it, and the time this one would take at that pace. */
  rate: v.optional(v.number()),
  eta_ms: v.optional(v.number()),
  /** Why the range is not the one that was asked for. */
  notices: v.array(v.string()),
})
export type Forecast = v.InferOutput<typeof Forecast>

/** More than a page can show, and little enough to send. */
export const MAX_RESTATEMENTS = 500

const Counted = v.object({ rows: v.number(), ...metrics })

export const Restatement = v.object({
  date: v.string(),
  report: ReportName,
  customer_id: v.string(),
  /** When the new content was fetched, and when the old one had been. */
  restated_at: v.string(),
  fetched_at_before: v.string(),
  before: Counted,
  after: Counted,
})
export type Restatement = v.InferOutput<typeof Restatement>

export const Restatements = v.object({
  source: Source,
  from: v.string(),
  to: v.string(),
  currency: CostCurrency,
  items: v.pipe(v.array(Restatement), v.description(`Newest first, ${MAX_RESTATEMENTS} at most.`)),
  /** How many there are altogether. */
  total: v.number(),
})

export const Checked = v.object({
  source: Source,
  ok: v.boolean(),
  steps: v.array(
    v.object({
      what: v.pipe(v.string(), v.description('Such as `sign-in` or `account 1234567890`.')),
      ok: v.boolean(),
      detail: v.string(),
      code: v.optional(v.string()),
    }),
  ),
})
export type Checked = v.InferOutput<typeof Checked>

export const NoInput = v.strictObject({})
export const Runs = v.object({
  items: v.array(Run),
  next_run_at: v.pipe(
    v.nullable(v.string()),
    v.description('Of the daily job in this server; null where ADS_CRON is off.'),
  ),
})
export const RunById = v.strictObject({ id: v.pipe(v.string(), v.minLength(1, 'must not be empty')) })

export const RunSubscription = v.strictObject({
  id: v.string(),
  /** Where a connection that broke goes on: an event that was seen is not sent again. */
  lastEventId: v.optional(v.string()),
})
export type RunSubscription = v.InferOutput<typeof RunSubscription>
