/** The shapes of runs on the wire: started, followed, forecast and tried. */
import * as v from 'valibot'
import { CalendarDate, CustomerId, KnownReport, ReportName, Source, whole } from './schema.ts'

export const NewRun = v.strictObject({
  from: v.optional(CalendarDate),
  to: v.optional(CalendarDate),
  reports: v.optional(
    v.pipe(
      v.array(KnownReport),
      v.minLength(1, 'must name a report'),
      v.maxLength(100, 'must name at most 100 reports'),
    ),
  ),
  customer_ids: v.optional(
    v.pipe(
      v.array(CustomerId),
      v.minLength(1, 'must name an account'),
      v.maxLength(1000, 'must name at most 1000 accounts'),
    ),
  ),
  refresh: v.optional(v.boolean('must be true or false'), false),
})
export type NewRun = v.InferOutput<typeof NewRun>

export const RUN_STATES = ['queued', 'running', 'done', 'failed', 'parked', 'interrupted'] as const

export const Run = v.pipe(
  v.object({
    id: v.string(),
    state: v.picklist(RUN_STATES),
    kind: v.picklist(['backfill', 'fetch', 'daily']),
    /** Null until the account's calendar is known. */
    from: v.nullable(v.string()),
    to: v.nullable(v.string()),
    reports: v.array(ReportName),
    /** Dates of the range, over all reports and accounts: skipped, done, failed or still to come. */
    requested: whole,
    skipped: whole,
    done: whole,
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
    failed_count: whole,
    rows: whole,
    requests: whole,
    retries: whole,
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
  }),
  v.title('Run'),
)
export type Run = v.InferOutput<typeof Run>

export const LEVELS = ['explorer', 'basic', 'standard'] as const

export const ForecastQuery = v.strictObject({
  from: v.optional(CalendarDate),
  to: v.optional(CalendarDate),
  report: v.optional(KnownReport),
  customer_id: v.optional(CustomerId),
  refresh: v.optional(v.boolean('must be true or false'), false),
})
export type ForecastQuery = v.InferOutput<typeof ForecastQuery>

export const Forecast = v.object({
  /** Dates of the range, over all reports and accounts, and those of them that are there already. */
  requested: whole,
  skipped: whole,
  /** One for each date that is left. */
  requests: whole,
  units: whole,
  /** They count against the same day. */
  requests_last_24_h: whole,
  access: v.array(
    v.object({
      level: v.picklist(LEVELS),
      requests_per_day: v.nullable(v.number()),
      fits: v.boolean(),
      days: whole,
    }),
  ),
  /** Dates a second of the last run that tells it, and the time this one would take at that pace. */
  rate: v.optional(v.number()),
  eta_ms: v.optional(v.number()),
  /** Why the range is not the one that was asked for. */
  notices: v.array(v.string()),
})
export type Forecast = v.InferOutput<typeof Forecast>

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
const RunId = v.pipe(
  v.string(),
  v.regex(/^[\x21-\x7E]{1,100}$/, 'must have 1 to 100 visible characters of ASCII'),
)
export const RunById = v.strictObject({ id: RunId })

export const RunSubscription = v.strictObject({
  id: v.string(),
  /** Where a connection that broke goes on: an event that was seen is not sent again. */
  lastEventId: v.optional(v.string()),
})
export type RunSubscription = v.InferOutput<typeof RunSubscription>
