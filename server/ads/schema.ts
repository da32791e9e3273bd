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

export const Micros = v.pipe(
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

export const metrics = Object.fromEntries(METRICS.map(({ name, unit }) => [name, ofUnit[unit]])) as {
  [Name in MetricName]: MetricsOnWire[Name] extends string ? typeof Micros : v.NumberSchema<undefined>
}

/**
 * What a report of one's own has comes under the names of its columns, which no type can list: sums, micros as digits,
 * and what rows are grouped by.
 */
export function withOwnColumns<Entries extends v.ObjectEntries>(
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

const CalendarFields = {
  source: Source,
  from: v.string(),
  to: v.string(),
  currency: CostCurrency,
  accounts: v.array(Account),
  reports: v.array(ReportInfo),
  coverage: v.array(Coverage),
}

export const Days = v.object({ ...CalendarFields, days: v.array(Day) })
export type Days = v.InferOutput<typeof Days>

const Stretch = v.object({
  from: v.string(),
  to: v.string(),
  state: v.picklist(DAY_STATES),
  old_columns: Day.entries.old_columns,
})
export type Stretch = v.InferOutput<typeof Stretch>

export const Calendar = v.object({
  ...CalendarFields,
  calendars: v.pipe(
    v.array(
      v.object({
        report: ReportName,
        customer_id: v.string(),
        stored: v.pipe(whole, v.description('Dates that are in the store.')),
        last_fetched_at: v.nullable(v.string()),
        stretches: v.pipe(v.array(Stretch), v.description('Dates of one state that follow each other.')),
      }),
    ),
    v.description('One for each report and account.'),
  ),
})

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
