/** The webhooks of a running server: what tells, and what delivers. */
import type { Database } from '#db/database.ts'
import type { Logger } from '#server/platform/log.ts'
import type { Metrics } from '#server/platform/metrics.ts'
import { createAdsNews, type AdsNewsParts } from './ads-news.ts'
import type { AddressPolicy } from './address.ts'
import { Courier } from './courier.ts'
import { createQueue, type QueueOptions } from './queue.ts'

export interface WebhookOptions extends AddressPolicy, Pick<QueueOptions, 'baseUrl'> {}

export interface DeliveryParts
  extends Pick<AdsNewsParts, 'runs' | 'spendOnOutOfStock'>, Pick<QueueOptions, 'lowStockAt'> {
  db: Database
  log: Logger
  metrics: Metrics
}

export interface WebhookDelivery extends AsyncDisposable {
  /** Tells of runs that have ended. Never rejects. */
  lookAtRuns: () => Promise<void>
}

export function startDelivery(options: WebhookOptions, parts: DeliveryParts): WebhookDelivery {
  const queue = createQueue(parts.db, { baseUrl: options.baseUrl, lowStockAt: parts.lowStockAt })
  const news = createAdsNews({ ...parts, queue })
  const courier = new Courier({ ...parts, queue, policy: options })
  return {
    lookAtRuns: news.look,
    async [Symbol.asyncDispose]() {
      await Promise.all([news[Symbol.asyncDispose](), courier[Symbol.asyncDispose]()])
    },
  }
}
