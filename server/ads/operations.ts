import type { Context } from '#server/context.ts'
import { invalidInput, ProblemError } from '#server/errors.ts'
import { mutation, query } from '#server/operation.ts'
import { addDays, daysBetween, type DateRange } from './calendar.ts'
import type { ReportName } from './options.ts'
import * as schema from './schema.ts'
import { REPORT_OF_GROUP } from './views.ts'

const DEFAULT_REPORT_DAYS = 30

export const adsOperations = {
  days: query({
    rest: 'GET /ads/days',
    summary: 'The state of every date of the ads store; of two years when no range is given',
    input: schema.DaysQuery,
    output: schema.Days,
    scope: 'ads:read',
    cost: 'read',
    async run({ ads }, { report, customer_id, ...input }) {
      const range = toRange(input, ads.twoYears())
      const reports = report ? [report] : ads.reports
      const customerIds = customer_id === undefined ? ads.customerIds : [customer_id]
      return {
        source: ads.sourceName,
        ...range,
        currency: ads.currencyOf(customerIds),
        days: ads.days({ range, reports, customerIds }),
      }
    },
  }),

  report: query({
    rest: 'GET /ads/report',
    summary: 'Sums by date, campaign or product; of the last 30 days when no range is given',
    input: schema.ReportQuery,
    output: schema.ReportRows,
    scope: 'ads:read',
    cost: 'read',
    async run({ ads }, { group_by, report, customer_id, ...input }) {
      const to = ads.yesterday()
      const range = toRange(input, { from: addDays(to, 1 - DEFAULT_REPORT_DAYS), to })
      const reports = [reportFor(group_by, report, ads.reports)]
      const customerIds = customer_id === undefined ? ads.customerIds : [customer_id]
      const rows = await ads.sums({ range, reports, customerIds }, group_by)
      return { source: ads.sourceName, ...range, currency: ads.currencyOf(customerIds), rows }
    },
  }),

  startRun: mutation({
    rest: 'POST /ads/runs',
    summary: 'Fetch what is missing, of two years when no range is given',
    input: schema.NewRun,
    output: schema.Run,
    scope: 'ads:write',
    cost: 'write',
    status: 202,
    errors: ['STORE_BUSY', 'UNAVAILABLE'],
    location: ({ id }) => `/ads/runs/${id}`,
    async run({ ads }, { from, to, reports, refresh }) {
      const wholly = from === undefined && to === undefined
      const range = wholly ? undefined : toRange({ from, to }, ads.twoYears())
      return ads.startRun({ kind: wholly && !refresh ? 'backfill' : 'fetch', range, reports, refresh })
    },
  }),

  runs: query({
    rest: 'GET /ads/runs',
    summary: 'The last runs, newest first',
    input: schema.NoInput,
    output: schema.Runs,
    scope: 'ads:read',
    cost: 'read',
    async run({ ads }) {
      return { items: ads.runs() }
    },
  }),

  run: query({
    rest: 'GET /ads/runs/:id',
    summary: 'One run and how far it is',
    input: schema.RunById,
    output: schema.Run,
    scope: 'ads:read',
    cost: 'read',
    errors: ['RUN_NOT_FOUND'],
    async run({ ads }: Context, { id }) {
      const run = ads.run(id)
      if (!run) throw new ProblemError('RUN_NOT_FOUND', `There is no run ${id}.`)
      return run
    },
  }),
}

/** One end may be left out: it is then the default's, or the given one's own when the default lies beyond. */
function toRange(
  { from, to }: { from?: string | undefined; to?: string | undefined },
  otherwise: DateRange,
): DateRange {
  const last = to ?? (from !== undefined && from > otherwise.to ? from : otherwise.to)
  const first = from ?? (otherwise.from > last ? last : otherwise.from)
  if (first > last) throw invalidInput([{ pointer: '/from', detail: 'must not be after to' }])
  if (daysBetween(first, last) >= schema.MAX_RANGE_DAYS)
    throw invalidInput([
      { pointer: '/from', detail: `the range must not exceed ${schema.MAX_RANGE_DAYS} days` },
    ])
  return { from: first, to: last }
}

/** Sums by date are the campaigns' when there is such a report: keywords and products do not cover everything. */
function reportFor(
  group: schema.ReportQuery['group_by'],
  asked: ReportName | undefined,
  configured: readonly ReportName[],
): ReportName {
  if (group === 'date')
    return asked ?? (configured.includes('campaign') ? 'campaign' : (configured[0] ?? 'campaign'))
  const needed = REPORT_OF_GROUP[group]
  if (asked !== undefined && asked !== needed)
    throw invalidInput([{ pointer: '/report', detail: `group_by=${group} reads the report ${needed}` }])
  return needed
}
