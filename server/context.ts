import type { AnswerCache } from '#server/answer.ts'
import type { Idempotency } from '#server/idempotency.ts'
import type { Scope } from '#server/operation.ts'
import type { Clock } from '#server/platform/clock.ts'
import type { Logger } from '#server/platform/log.ts'
import type { Ads } from '#server/ads/ads.ts'
import type { ProductStore } from './products/product-store.ts'
import type { Currency } from '#server/products/product.ts'

/** What lives as long as the server; app.ts builds it. */
export interface Services {
  products: ProductStore
  ads: Ads
  idempotency: Idempotency
  answers: AnswerCache
  /** Of an error: the database's, and a passing one. */
  isUnavailable: (error: unknown) => boolean
  currency: Currency
  clock: Clock
  log: Logger
}

/** What `run()` may use: the services, and who asks. */
export interface Context extends Services {
  caller: Caller
  requestId: string
  /** The request's `Idempotency-Key`. */
  idempotencyKey: string | null
  /** Not to be answered from what was kept. */
  refresh: boolean
  /** Where the transport has looked for a kept answer already; without it, the input is the key. */
  keptUnder?: string
  signal: AbortSignal
}

export interface Caller {
  kind: 'open' | 'key' | 'anonymous'
  /** Stays, and is nobody else's, whatever the name is. */
  id: string
  /** For the ledger and the log: never a secret. */
  name: string
  scopes: ReadonlySet<Scope>
}
