/** What can be told, and what a change of a product or a run of ads tells. */
import type { Run } from '#server/ads/run-schema.ts'

export const EVENT_TYPES = [
  'product.changed',
  'product.low_stock',
  'product.out_of_stock',
  'product.back_in_stock',
  'ads.run_failed',
  'ads.run_recovered',
  'ads.spend_on_out_of_stock',
] as const
export type EventType = (typeof EVENT_TYPES)[number]

export interface Event {
  type: EventType
  /** Events of one subject arrive in the order in which they happened. */
  subject: string
  /** Milliseconds since the epoch. */
  at: number
  data: Record<string, unknown>
  /** The same for people, in one line. */
  text: string
  /** Under `/v1`: all there is to know. */
  path: string
}

/** As it is in the outbox. */
export interface ProductChange {
  kind: 'created' | 'updated' | 'deleted'
  productId: number
  sku: string | null
  name: string
  version: number
  /** Null of a product that was created. */
  stockBefore: number | null
  /** Null of a product that was deleted. */
  stockLevel: number | null
  /** The product's own; null: the default. */
  lowStockAt: number | null
  at: number
}

const STOCK_EVENTS: readonly EventType[] = [
  'product.low_stock',
  'product.out_of_stock',
  'product.back_in_stock',
]

/** Which changes of products the events of an endpoint are made of. */
export function changesFor(events: readonly EventType[]): 'all' | 'stock' | 'none' {
  if (events.includes('product.changed')) return 'all'
  return events.some((type) => STOCK_EVENTS.includes(type)) ? 'stock' : 'none'
}

/** @param defaultLowStockAt the level from which down to 1 a stock is low, for products without one of their own */
export function eventsOfChange(change: ProductChange, defaultLowStockAt: number): Event[] {
  const { productId, sku, name, version, kind, stockLevel, stockBefore, at } = change
  const lowStockAt = change.lowStockAt ?? defaultLowStockAt
  const event = (type: EventType, text: string): Event => ({
    type,
    subject: `product ${productId}`,
    at,
    data: {
      product_id: productId,
      sku,
      name,
      version,
      ...(type === 'product.changed' && { kind }),
      stock_level: stockLevel,
      previous_stock_level: stockBefore,
      ...(type === 'product.low_stock' && { low_stock_at: lowStockAt }),
    },
    text,
    path: `/products/${productId}`,
  })
  const named = sku === null ? name : `${name} (${sku})`
  const changed = event('product.changed', `${named} was ${kind}.`)
  const { type, text } = stockMove(change, lowStockAt) ?? {}
  return type && text ? [changed, event(type, `${named} ${text}`)] : [changed]
}

/** A product that is created or deleted has not moved. One that comes back is not also low, nor is one that ran out. */
function stockMove(
  { stockBefore: before, stockLevel: now }: ProductChange,
  lowStockAt: number,
): { type: EventType; text: string } | undefined {
  if (before === null || now === null || before === now) return undefined
  if (now === 0) return { type: 'product.out_of_stock', text: 'is out of stock.' }
  if (before === 0) return { type: 'product.back_in_stock', text: `is back in stock: ${now}.` }
  if (before > lowStockAt && now <= lowStockAt)
    return { type: 'product.low_stock', text: `is low in stock: ${now} left.` }
  return undefined
}

/** @param newest first. Only `done` and `failed` say something: other runs were stopped, or wait for their quota. */
export function eventsOfRuns(
  newest: readonly Run[],
  finishedAfter: number,
  toMs: (iso: string) => number,
): Event[] {
  const told = newest.filter(({ state }) => state === 'done' || state === 'failed')
  return told
    .flatMap((run, index) => {
      const at = run.finished_at === null ? 0 : toMs(run.finished_at)
      if (at <= finishedAfter) return []
      if (run.state === 'failed') return [runEvent('ads.run_failed', run, at)]
      return told[index + 1]?.state === 'failed' ? [runEvent('ads.run_recovered', run, at)] : []
    })
    .toReversed()
}

function runEvent(type: 'ads.run_failed' | 'ads.run_recovered', run: Run, at: number): Event {
  const { id, kind, state, from, to, requested, done, failed_count, code, detail } = run
  const failed = `A run of ads (${kind}) failed: ${detail ?? `${failed_count} dates could not be fetched`}`
  return {
    type,
    subject: 'ads',
    at,
    data: { run_id: id, kind, state, from, to, requested, done, failed_count, ...(code && { code, detail }) },
    text: type === 'ads.run_failed' ? failed : `The ads are fetched again (${kind}): ${done} dates.`,
    path: `/ads/runs/${id}`,
  }
}

/** On the last date that the account has finished. */
export interface OutOfStockSpend {
  date: string
  /** ISO 4217; empty while it is not known. */
  currency: string
  costMicros: bigint
  /** Most spend first. */
  items: readonly { productId: number; sku: string | null; costMicros: bigint }[]
}

const NAMED_PRODUCTS = 5

export function eventOfSpend({ date, currency, costMicros, items }: OutOfStockSpend, at: number): Event {
  const cost = `${(Number(costMicros) / 1e6).toFixed(2)} ${currency}`.trim()
  return {
    type: 'ads.spend_on_out_of_stock',
    subject: 'ads',
    at,
    data: {
      date,
      cost_micros: String(costMicros),
      currency,
      product_count: items.length,
      products: items.slice(0, NAMED_PRODUCTS).map((item) => ({
        product_id: item.productId,
        sku: item.sku,
        cost_micros: String(item.costMicros),
      })),
    },
    text: `On ${date}, ${cost} was spent on ${items.length} products that are out of stock.`,
    path: '/ads/out-of-stock-spend?days=1',
  }
}
