/** The shapes of what runs out, on the wire. */
import * as v from 'valibot'
import { Source } from '#server/ads/schema.ts'
import { Cursor, limit, Product, ProductId } from '#server/products/schema.ts'
import { StatusFields, StatusFilter } from './status-schema.ts'

const Within = v.pipe(
  v.string('must be days such as 14d'),
  v.regex(/^(?:[1-9]|[1-9]\d|[12]\d\d|3[0-5]\d|36[0-5])d$/, 'must be days from 1d to 365d'),
  v.transform((text) => Number.parseInt(text, 10)),
)

export const RunningOutQuery = v.strictObject({
  within: v.optional(Within, '14d'),
  status: StatusFilter,
  limit,
  cursor: v.optional(Cursor),
})

export const CoverQuery = v.strictObject({ id: ProductId })

const Cover = v.object({
  product: Product,
  rate_per_day: v.pipe(v.number(), v.description('Units sold a day, less what came back.')),
  method: v.pipe(
    v.picklist(['ledger', 'ads', 'none']),
    v.description(
      '`ledger`: entries with the reason `sold`, less `returned`. `ads`: conversions, where the ledger has no sale in 28 days. `none`: neither.',
    ),
  ),
  window_days: v.pipe(
    v.number(),
    v.description('7 where the last 7 days have the events of a medium confidence, else 28.'),
  ),
  days_counted: v.pipe(
    v.number(),
    v.description('Of the window: since the product was created, or dates of ads that are fetched.'),
  ),
  events: v.pipe(v.number(), v.description('Sales or conversions that the rate is made of.')),
  confidence: v.pipe(
    v.picklist(['high', 'medium', 'low']),
    v.description(
      '`high` from 30 events on, `medium` from 10; a few large sales among small ones count as fewer.',
    ),
  ),
  days_of_cover: v.nullable(v.number()),
  days_of_cover_range: v.pipe(
    v.nullable(v.object({ from: v.number(), to: v.nullable(v.number()) })),
    v.description('What chance alone explains, in 95 of 100 cases; `to` is null where sales may have ended.'),
  ),
  runs_out_on: v.pipe(
    v.nullable(v.string()),
    v.description('A date of the account’s time zone; null beyond ten years.'),
  ),
  ads_spend_per_day: v.pipe(
    v.array(v.object({ currency: v.string(), cost_micros: v.string() })),
    v.description('Over the last 7 dates that the ads have; empty while none of them is fetched.'),
  ),
})
export type Cover = v.InferInput<typeof Cover>

const CoverRow = v.object({ ...Cover.entries, ...StatusFields })

const About = {
  source: Source,
  ads: v.object({ from: v.string(), to: v.string(), days_fetched: v.number() }),
}

export const RunningOut = v.object({
  ...About,
  within_days: v.number(),
  total: v.number(),
  items: v.array(CoverRow),
  next_cursor: v.nullable(v.string()),
})

export const ProductCover = v.object({ ...About, ...CoverRow.entries })
