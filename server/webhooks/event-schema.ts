/** The bodies of events, for the OpenAPI document and for receivers' tests. */
import * as v from 'valibot'
import { RUN_STATES } from '#server/ads/run-schema.ts'
import { EVENT_TYPES, type EventType } from './event.ts'

const url = v.pipe(v.string(), v.description('Leads to the rest; a path when PUBLIC_URL is not set.'))

const product = {
  product_id: v.number(),
  sku: v.nullable(v.string()),
  name: v.string(),
  version: v.number(),
  stock_level: v.nullable(v.number()),
  previous_stock_level: v.nullable(v.number()),
  url,
}

const run = {
  run_id: v.string(),
  kind: v.picklist(['backfill', 'fetch', 'daily']),
  state: v.picklist(RUN_STATES),
  from: v.nullable(v.string()),
  to: v.nullable(v.string()),
  requested: v.number(),
  done: v.number(),
  failed_count: v.number(),
  code: v.optional(v.string()),
  detail: v.optional(v.string()),
  url,
}

const spend = {
  date: v.string(),
  cost_micros: v.string(),
  currency: v.string(),
  product_count: v.number(),
  products: v.array(
    v.object({ product_id: v.number(), sku: v.nullable(v.string()), cost_micros: v.string() }),
  ),
  url,
}

const DATA: Record<EventType, v.ObjectEntries> = {
  'product.changed': { ...product, kind: v.picklist(['created', 'updated', 'deleted']) },
  'product.low_stock': { ...product, low_stock_at: v.number() },
  'product.out_of_stock': product,
  'product.back_in_stock': product,
  'ads.run_failed': run,
  'ads.run_recovered': run,
  'ads.spend_on_out_of_stock': spend,
}

/** By type, what a webhook in the standard format receives. */
export const eventSchemas = EVENT_TYPES.map((type) => ({
  type,
  body: v.object({
    type: v.literal(type),
    timestamp: v.pipe(v.string(), v.isoTimestamp()),
    data: v.strictObject(DATA[type]),
  }),
}))
