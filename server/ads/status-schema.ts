/** The upkeep of the ads on the wire: when they are fetched, what that has cost, and what there is. */
import * as v from 'valibot'
import { LEVELS } from './run-schema.ts'
import { Account, DAY_STATES, ReportName, Source } from './schema.ts'

export const AdsStatus = v.object({
  source: Source,
  schedule: v.object({
    cron: v.pipe(v.string(), v.description('`off` where there is no daily job.')),
    time_zone: v.string(),
    next_run_at: v.nullable(v.string()),
  }),
  quota: v.object({
    requests_last_24_h: v.pipe(
      v.number(),
      v.description(
        'Sent for figures by runs on record, retries included; or dates stored, if those are more.',
      ),
    ),
    access: v.array(v.object({ level: v.picklist(LEVELS), requests_per_day: v.nullable(v.number()) })),
  }),
  accounts: v.array(Account),
  dates: v.pipe(
    v.array(
      v.object({
        report: ReportName,
        customer_id: v.string(),
        state: v.picklist(DAY_STATES),
        dates: v.number(),
      }),
    ),
    v.description('How many dates of the last two years are in which state; states of none are left out.'),
  ),
  store: v.object({
    files: v.number(),
    bytes: v.number(),
    free_bytes: v.nullable(v.number()),
  }),
  notice: v.pipe(
    v.nullable(v.string()),
    v.description('What is to be known of the version of the Google Ads API that is asked.'),
  ),
})
export type AdsStatus = v.InferOutput<typeof AdsStatus>
