/** The change feed: what became of products, in the order of the commits, without gaps. */
import * as v from 'valibot'
import type { ProductRow } from '#db/schema.postgres.ts'
import type { Context } from '#server/context.ts'
import { ProblemError } from '#server/errors.ts'
import { query, subscription } from '#server/operation.ts'
import * as schema from './change-schema.ts'
import { Nothing } from './schema.ts'
import type { ChangeRow } from './journal.ts'
import { toProduct } from './wire.ts'

const REST = 'GET /changes'
const LIVE_PAGE_SIZE = 200

export const changeOperations = {
  changes: query({
    rest: REST,
    summary: 'What happened after a seq; with Accept: text/event-stream it goes on live',
    description:
      'Every change once, in the order of the commits, without gaps: keep `last_seq` and ask from there again. With the `at` of that change as `after_at`, a feed that was restored meanwhile is told by 409, however far it has come.',
    example: { after: 4700 },
    input: schema.ChangesQuery,
    output: schema.ChangesPage,
    scope: 'products:read',
    cost: 'read',
    errors: ['FEED_SET_BACK'],
    async run(ctx, { after, after_at: at, limit }) {
      await requireSame(ctx, { seq: after, at })
      const items = (await ctx.products.changes(after, limit)).map((row) => toChange(ctx, row))
      if (items.length === 0) await requireReached(ctx, after)
      return { items, last_seq: items.at(-1)?.seq ?? after }
    },
  }),

  latestChange: query({
    rest: 'GET /changes/latest',
    summary: 'Where the feed ends now: a client that reads afterwards and follows from there misses nothing',
    input: Nothing,
    output: schema.LatestChange,
    scope: 'products:read',
    cost: 'read',
    run: async (ctx) => ({ seq: await ctx.products.latestChange() }),
  }),

  onChange: subscription({
    rest: REST,
    summary: 'The same, live; Last-Event-ID resumes',
    input: schema.ChangesSubscription,
    output: schema.Change,
    scope: 'products:read',
    cost: 'read',
    async run(ctx, { after, after_at: at, lastEventId }) {
      const from = lastEventId === undefined ? { seq: after, at } : { seq: lastEventId }
      await requireSame(ctx, from)
      await requireReached(ctx, from.seq)
      return follow(ctx, from)
    },
  }),
}

/** Where a client stands. A seq alone may be of the history before a restore; the time of its change tells. */
interface Place {
  seq: number
  at?: string | undefined
}

/** A seq beyond the end is of another history: waiting there would pass over what happens from now on. */
async function requireReached({ products }: Context, seq: number): Promise<void> {
  const last = await products.latestChange()
  if (seq > last) throw setBack(`The feed ends at ${last}, before ${seq}.`, last)
}

async function requireSame({ products }: Context, { seq, at }: Place): Promise<void> {
  if (at === undefined || seq === 0) return
  const [change] = await products.changes(seq - 1, 1)
  if (change?.seq === seq && change.at !== Date.parse(at))
    throw setBack(`The change ${seq} is not the one of ${at}.`, await products.latestChange())
}

function setBack(detail: string, last: number): ProblemError {
  return new ProblemError('FEED_SET_BACK', detail, { last_seq: last })
}

async function* follow(ctx: Context, from: Place) {
  let place = from
  while (!ctx.signal.aborted) {
    const rows = await ctx.products.changes(place.seq, LIVE_PAGE_SIZE)
    for (const row of rows) {
      const change = toChange(ctx, row)
      place = change
      yield { id: String(row.seq), data: change }
    }
    if (rows.length > 0) continue
    await ctx.products.changed(place.seq, ctx.signal)
    if (ctx.signal.aborted) return
    await requireSame(ctx, place)
    await requireReached(ctx, place.seq)
  }
}

/** As the triggers write it. */
const Stored = v.object({
  id: v.number(),
  sku: v.nullable(v.string()),
  name: v.string(),
  price_minor: v.number(),
  stock_level: v.number(),
  version: v.number(),
  created_at: v.number(),
  updated_at: v.number(),
  // Absent from what was written before products had them.
  gtin: v.optional(v.nullable(v.string()), null),
  ads_item_id: v.optional(v.nullable(v.string()), null),
  low_stock_at: v.optional(v.nullable(v.number()), null),
})

function toChange({ currency }: Context, { seq, kind, productId, version, product, at }: ChangeRow) {
  return {
    seq,
    kind,
    product_id: productId,
    version,
    product: product === null ? null : toProduct(toRow(product), currency),
    at: new Date(at).toISOString(),
  }
}

function toRow(json: string): ProductRow {
  const { price_minor, stock_level, created_at, updated_at, ads_item_id, low_stock_at, ...rest } = v.parse(
    Stored,
    JSON.parse(json),
  )
  return {
    ...rest,
    adsItemId: ads_item_id,
    lowStockAt: low_stock_at,
    priceMinor: price_minor,
    stockLevel: stock_level,
    createdAt: created_at,
    updatedAt: updated_at,
  }
}
