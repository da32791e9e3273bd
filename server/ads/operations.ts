import { setTimeout as sleep } from 'node:timers/promises'
import type { Context } from '#server/context.ts'
import { mutation, query, subscription } from '#server/operation.ts'
import { invalidInput, ProblemError } from '#server/errors.ts'
import type { Ads } from './ads.ts'
import { addDays, daysBetween, type DateRange } from './calendar.ts'
import { coverageToWire } from './coverage.ts'
import { fillRange, type AskedRange } from './plan.ts'
import * as runSchema from './run-schema.ts'
import * as schema from './schema.ts'
import { AdsStatus } from './status-schema.ts'
import { groupBy, knownReport } from './report-choice.ts'
import { ReportQuery, ReportRows } from './report-schema.ts'
import { calendarsOf } from './stretches.ts'
import { countMissing, reportToWire, type Selection } from './views.ts'

const DEFAULT_REPORT_DAYS = 30
const RUN = 'GET /ads/runs/:id'

export const adsOperations = {
  days: query({
    rest: 'GET /ads/days',
    summary: 'The state of every date of the ads store; of two years when no range is given',
    description:
      '`missing` dates have no file, `provisional` ones are fetched again because Google still changes them.',
    example: { from: '2026-11-01', to: '2026-11-07' },
    input: schema.DaysQuery,
    output: schema.Days,
    scope: 'ads:read',
    cost: 'read',
    async run({ ads }, asked) {
      const selection = selected(ads, asked)
      return { ...calendarFields(ads, selection), days: ads.days(selection) }
    },
  }),

  calendar: query({
    rest: 'GET /ads/calendar',
    summary: 'The same states as stretches of equal state, without figures',
    input: schema.DaysQuery,
    output: schema.Calendar,
    scope: 'ads:read',
    cost: 'read',
    async run({ ads }, asked) {
      const selection = selected(ads, asked)
      return { ...calendarFields(ads, selection), calendars: calendarsOf(ads.days(selection)) }
    },
  }),

  report: query({
    rest: 'GET /ads/report',
    summary:
      'Sums by date, or by any column of a report beside another range; of the last 30 days when no range is given',
    description:
      'Sums straight from the store. Accounts of different currencies are never added up: each has a row of its own.',
    example: {
      from: '2026-10-01',
      to: '2026-10-31',
      group_by: 'campaign',
      compare_from: '2025-10-01',
      compare_to: '2025-10-31',
    },
    input: ReportQuery,
    output: ReportRows,
    scope: 'ads:read',
    cost: 'read',
    async run({ ads }, asked) {
      const to = ads.yesterday()
      const range = toRange(asked, { from: addDays(to, 1 - DEFAULT_REPORT_DAYS), to })
      const by = groupBy(ads, asked)
      const customerIds = asked.customer_id === undefined ? ads.customerIds : [asked.customer_id]
      const selection = { range, reports: [by.report.name], customerIds }
      const days = ads.days(selection)
      return {
        source: ads.sourceName,
        ...range,
        currency: ads.currencyOf(customerIds),
        report: reportToWire(by.report),
        coverage: ads.coverage(selection).map(coverageToWire),
        old_columns: days.filter(({ old_columns }) => old_columns).length,
        missing: countMissing(days),
        ...(by.before && {
          compared: { ...by.before, missing: countMissing(ads.days({ ...selection, range: by.before })) },
        }),
        rows: await ads.sums(selection, by),
      }
    },
  }),

  startRun: mutation({
    rest: 'POST /ads/runs',
    transactional: false,
    summary: 'Fetch what is missing, of two years when no range is given',
    description:
      'Dates that are there are skipped; `refresh` fetches them again. One run at a time holds the store: another one is refused with `STORE_BUSY`, which names it.',
    example: { from: '2026-11-01', to: '2026-11-07' },
    input: runSchema.NewRun,
    output: runSchema.Run,
    subject: 'run',
    scope: 'ads:write',
    cost: 'write',
    status: 202,
    errors: ['STORE_BUSY', 'UNAVAILABLE'],
    location: ({ id }) => `/ads/runs/${id}`,
    async run({ ads, traceparent }, { from, to, reports, customer_ids: customerIds, refresh }) {
      requireKnown(ads, customerIds)
      for (const [index, name] of (reports ?? []).entries()) knownReport(ads, name, `/reports/${index}`)
      const wholly = from === undefined && to === undefined
      if (!wholly) toRange({ from, to }, ads.twoYears())
      const kind = wholly && !refresh ? 'backfill' : 'fetch'
      // An end that is left out is each account's own yesterday, which may not be known yet.
      return await ads.startRun({ kind, range: { from, to }, reports, customerIds, refresh, traceparent })
    },
  }),

  runs: query({
    rest: 'GET /ads/runs',
    summary: 'The last runs, newest first',
    input: runSchema.NoInput,
    output: runSchema.Runs,
    scope: 'ads:read',
    cost: 'read',
    async run({ ads }) {
      return { items: ads.runs(), next_run_at: ads.nextRun()?.toISOString() ?? null }
    },
  }),

  run: query({
    rest: RUN,
    summary: 'One run and how far it is; with Accept: text/event-stream it is told live, to its end',
    description: '`failed` lists the first 50 dates that failed, and `failed_count` counts all.',
    input: runSchema.RunById,
    output: runSchema.Run,
    scope: 'ads:read',
    cost: 'read',
    errors: ['RUN_NOT_FOUND'],
    run: async ({ ads }: Context, { id }) => knownRun(ads, id),
  }),

  cancelRun: mutation({
    rest: 'POST /ads/runs/:id/cancel',
    transactional: false,
    summary: 'Stop a run of this server; the dates that it stored stay',
    input: runSchema.RunById,
    output: runSchema.Run,
    subject: 'run',
    scope: 'ads:write',
    cost: 'write',
    status: 202,
    errors: ['RUN_NOT_FOUND'],
    async run({ ads }, { id }) {
      ads.cancelRun(id)
      return knownRun(ads, id)
    },
  }),

  forecast: query({
    rest: 'GET /ads/forecast',
    summary: 'What fetching the missing dates would take, of two years when no range is given',
    input: runSchema.ForecastQuery,
    output: runSchema.Forecast,
    scope: 'ads:read',
    cost: 'read',
    async run({ ads }, { report, customer_id, refresh, ...range }) {
      if (range.from !== undefined || range.to !== undefined) toRange(range, ads.twoYears())
      return ads.forecast({
        kind: 'fetch',
        range,
        reports: report === undefined ? undefined : [knownReport(ads, report).name],
        customerIds: customer_id === undefined ? undefined : [customer_id],
        refresh,
      })
    },
  }),

  status: query({
    rest: 'GET /ads/status',
    summary: 'When the ads are fetched, what that has cost of the day, and what the store has',
    input: runSchema.NoInput,
    output: AdsStatus,
    scope: 'admin',
    cost: 'read',
    run: async ({ ads }) => await ads.status(),
  }),

  check: mutation({
    rest: 'POST /ads/check',
    transactional: false,
    summary:
      'Whether the sign-in, the accounts and the reports work; sends a few requests and stores nothing',
    input: runSchema.NoInput,
    output: runSchema.Checked,
    subject: null,
    scope: 'ads:write',
    cost: 'write',
    async run({ ads, traceparent }) {
      const steps = await ads.check(traceparent)
      return { source: ads.sourceName, ok: steps.every(({ ok }) => ok), steps }
    },
  }),

  restatements: query({
    rest: 'GET /ads/restatements',
    summary: 'What Google changed afterwards: each date that came back with another content, newest first',
    input: schema.DaysQuery,
    output: schema.Restatements,
    scope: 'ads:read',
    cost: 'read',
    async run({ ads }, asked) {
      const selection = selected(ads, asked)
      const found = ads.restatements(selection)
      return {
        source: ads.sourceName,
        ...selection.range,
        currency: ads.currencyOf(selection.customerIds),
        items: found.slice(0, schema.MAX_RESTATEMENTS),
        total: found.length,
      }
    },
  }),

  onRun: subscription({
    rest: RUN,
    summary: 'The same, live: each time something has changed, until the run is over',
    input: runSchema.RunSubscription,
    output: runSchema.Run,
    scope: 'ads:read',
    cost: 'read',
    run(ctx, input) {
      // Before the first event, because afterwards there is no status to answer with.
      knownRun(ctx.ads, input.id)
      return follow(ctx, input)
    },
  }),
}

function selected(ads: Ads, { report, customer_id: id, ...input }: schema.DaysQuery): Selection {
  return {
    range: toRange(input, ads.twoYears()),
    reports: report === undefined ? ads.reports : [knownReport(ads, report).name],
    customerIds: id === undefined ? ads.customerIds : [id],
  }
}

function calendarFields(ads: Ads, selection: Selection) {
  const { range, reports, customerIds } = selection
  return {
    source: ads.sourceName,
    ...range,
    currency: ads.currencyOf(customerIds),
    accounts: ads.accounts(customerIds),
    reports: reports.map((name) => reportToWire(ads.catalogue.get(name))),
    coverage: ads.coverage(selection).map(coverageToWire),
  }
}

const LOOK_EVERY_MS = 250

async function* follow({ ads, signal }: Context, { id, lastEventId }: runSchema.RunSubscription) {
  let seen = lastEventId
  while (!signal.aborted) {
    const run = ads.run(id)
    if (!run) return
    // That time goes by is no news.
    const { eta_ms: _, rate: __, ...news } = run
    const eventId = Bun.hash(JSON.stringify(news)).toString(36)
    if (eventId !== seen) yield { id: eventId, data: run }
    seen = eventId
    if (run.finished_at !== null) return
    await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => {})
  }
}

/** @throws ProblemError `RUN_NOT_FOUND` */
function knownRun(ads: Ads, id: string): runSchema.Run {
  const run = ads.run(id)
  if (!run) throw new ProblemError('RUN_NOT_FOUND', `There is no run ${id}.`)
  return run
}

function requireKnown({ customerIds: known }: Ads, asked: readonly string[] = []): void {
  const errors = asked.flatMap((id, index) =>
    known.includes(id)
      ? []
      : [{ pointer: `/customer_ids/${index}`, detail: `must be one of ${known.join(', ')}` }],
  )
  if (errors.length > 0) throw invalidInput(errors)
}

/** @throws ProblemError `INVALID_INPUT` */
export function toRange(
  asked: AskedRange,
  otherwise: DateRange,
  maxDays: number = schema.MAX_RANGE_DAYS,
): DateRange {
  const { from: first, to: last } = fillRange(asked, otherwise)
  if (first > last) throw invalidInput([{ pointer: '/from', detail: 'must not be after to' }])
  if (daysBetween(first, last) >= maxDays)
    throw invalidInput([{ pointer: '/from', detail: `the range must not exceed ${maxDays} days` }])
  return { from: first, to: last }
}
