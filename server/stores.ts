/** The stores that write to the database, and how they are bound to one transaction. */
import type { Database, Queries } from '#db/database.ts'
import { operationNames } from '#server/api.ts'
import { createAudit } from '#server/audit/audit.ts'
import { createStockOutStatuses } from '#server/bridge/stock-out-statuses.ts'
import type { Config } from '#server/config.ts'
import type { Services, Stores } from '#server/context.ts'
import type { Clock } from '#server/platform/clock.ts'
import { createWebhookStore } from '#server/webhooks/webhook-store.ts'
import { createKeyStore } from './keys/key-store.ts'

export function createStores(
  db: Database,
  {
    products,
    webhooks: policy,
    auditKeptMs: keptMs,
    clock,
  }: Pick<Stores, 'products'> & Pick<Config, 'webhooks' | 'auditKeptMs'> & { clock: Clock },
): Stores {
  return {
    products,
    webhooks: createWebhookStore(db, { clock, policy }),
    keys: createKeyStore(db, clock),
    stockOutStatuses: createStockOutStatuses(db, clock),
    audit: createAudit(db, { clock, keptMs, names: operationNames() }),
  }
}

/** How their writes get a transaction, and share it. */
export function transactionsOf(
  { withTransaction: begin, groupsCommits }: Database,
  stores: Stores,
): Pick<Services, 'begin' | 'groupsCommits' | 'within'> {
  return { begin, groupsCommits, within: (tx) => bound(stores, tx) }
}

/** Every store, bound to the transaction: one that is added to `Stores` and not here does not compile. */
function bound({ products, webhooks, keys, stockOutStatuses, audit }: Stores, tx: Queries): Stores {
  return {
    products: products.within(tx),
    webhooks: webhooks.within(tx),
    keys: keys.within(tx),
    stockOutStatuses: stockOutStatuses.within(tx),
    audit: audit.within(tx),
  }
}
