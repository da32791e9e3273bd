import type { Database, Queries } from '#db/database.ts'
import type { Audit } from '#server/audit/audit.ts'
import type { Bridge } from '#server/bridge/bridge.ts'
import type { StockOutStatuses } from '#server/bridge/stock-out-statuses.ts'
import type { AnswerCache } from '#server/cache/cached-answer.ts'
import type { Caller } from '#server/caller.ts'
import type { Idempotency } from '#server/idempotency.ts'
import type { KeyStore } from '#server/keys/key-store.ts'
import type { Clock } from '#server/platform/clock.ts'
import type { Logger } from '#server/platform/log.ts'
import type { Ads } from '#server/ads/ads.ts'
import type { ProductStore } from './products/product-store.ts'
import type { Currency } from '#server/products/product.ts'
import type { System } from '#server/system/system.ts'
import type { WebhookStore } from '#server/webhooks/webhook-store.ts'

/** The stores that write to the database: an operation that runs in a transaction gets all of them bound to it. */
export interface Stores {
  products: ProductStore
  webhooks: WebhookStore
  keys: KeyStore
  stockOutStatuses: StockOutStatuses
  audit: Audit
}

/** What lives as long as the server; app.ts builds it. */
export interface Services extends Stores {
  begin: Database['withTransaction']
  groupsCommits: Database['groupsCommits']
  /** The same stores, whose writes are part of this transaction. */
  within: (tx: Queries) => Stores
  ads: Ads
  bridge: Bridge
  system: System
  idempotency: Idempotency
  answers: AnswerCache
  /** True for an error of the database that may pass: a lost connection, a timeout, a lock. */
  isUnavailable: (error: unknown) => boolean
  currency: Currency
  /** From here down a stock is low, for products without a threshold of their own. */
  lowStockAt: number
  clock: Clock
  log: Logger
}

/** What `run()` may use: the services, and the request. */
export interface Context extends Services {
  caller: Caller
  requestId: string
  /** For what is asked of others on its behalf. */
  traceparent: string | undefined
  /** The request's `Idempotency-Key`. */
  idempotencyKey: string | null
  /** True when the request bypasses the cache. */
  refresh: boolean
  /** The cache key that the transport has looked up already; without it, the input is the key. */
  cacheKey?: string
  signal: AbortSignal
}
