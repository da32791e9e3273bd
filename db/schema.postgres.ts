/**
 * The tables, in the dialect that types every query. schema.sqlite.ts declares the same columns; money is in
 * integer minor units and time in integer milliseconds, so that a row is equal on both.
 */
import { bigint, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'

export const products = pgTable('products', {
  id: bigint({ mode: 'number' }).primaryKey().generatedByDefaultAsIdentity(),
  sku: text().unique(),
  name: text().notNull(),
  /** Derived from name and SKU: search/columns.ts. */
  words: text().notNull(),
  nameKey: text('name_key'),
  skuKey: text('sku_key'),
  priceMinor: bigint('price_minor', { mode: 'number' }).notNull(),
  stockLevel: bigint('stock_level', { mode: 'number' }).notNull(),
  version: bigint({ mode: 'number' }).notNull(),
  createdAt: bigint('created_at', { mode: 'number' }).notNull(),
  updatedAt: bigint('updated_at', { mode: 'number' }).notNull(),
  /** Unique, in the form that server/products/gtin.ts gives. */
  gtin: text(),
  /** Under which it is advertised, where that is not its SKU; unique whatever the case. */
  adsItemId: text('ads_item_id'),
  /** From here down its stock is low; null: as configured. */
  lowStockAt: bigint('low_stock_at', { mode: 'number' }),
})

/** The ledger of stock: every change of a level, by any path. A product's deltas sum to its stock. */
export const stockAdjustments = pgTable('stock_adjustments', {
  id: bigint({ mode: 'number' }).primaryKey().generatedByDefaultAsIdentity(),
  productId: bigint('product_id', { mode: 'number' }).notNull(),
  delta: bigint({ mode: 'number' }).notNull(),
  stockLevelAfter: bigint('stock_level_after', { mode: 'number' }).notNull(),
  reason: text().notNull(),
  reference: text(),
  actor: text().notNull(),
  createdAt: bigint('created_at', { mode: 'number' }).notNull(),
})

/** Every change of a price since the table is there, written by a trigger; the writer adds its author. */
export const priceChanges = pgTable(
  'price_changes',
  {
    productId: bigint('product_id', { mode: 'number' }).notNull(),
    /** That the change made. */
    version: bigint({ mode: 'number' }).notNull(),
    beforeMinor: bigint('before_minor', { mode: 'number' }).notNull(),
    afterMinor: bigint('after_minor', { mode: 'number' }).notNull(),
    at: bigint({ mode: 'number' }).notNull(),
    actor: text(),
    /** The import that it was part of. */
    reference: text(),
  },
  (table) => [primaryKey({ columns: [table.productId, table.version] })],
)

/** When products had no stock; triggers derive it from the ledger. */
export const stockOuts = pgTable(
  'stock_outs',
  {
    productId: bigint('product_id', { mode: 'number' }).notNull(),
    fromAt: bigint('from_at', { mode: 'number' }).notNull(),
    /** Null while there is none. */
    untilAt: bigint('until_at', { mode: 'number' }),
  },
  (table) => [primaryKey({ columns: [table.productId, table.fromAt] })],
)

/** What is being done about a product without stock. */
export const stockOutStatuses = pgTable('stock_out_statuses', {
  productId: bigint('product_id', { mode: 'number' }).primaryKey(),
  /** The stock-out that it is of, by its beginning; 0 where there was none yet. */
  stockOutFrom: bigint('stock_out_from', { mode: 'number' }).notNull(),
  status: text({ enum: ['new', 'acknowledged', 'handled'] }).notNull(),
  untilAt: bigint('until_at', { mode: 'number' }),
  actor: text().notNull(),
  setAt: bigint('set_at', { mode: 'number' }).notNull(),
})

/** The change feed, written by triggers in the transaction of each change, direct SQL included. */
export const changes = pgTable('changes', {
  /** In the order of the commits, without gaps. */
  seq: bigint({ mode: 'number' }).primaryKey(),
  kind: text({ enum: ['created', 'updated', 'deleted'] }).notNull(),
  productId: bigint('product_id', { mode: 'number' }).notNull(),
  version: bigint({ mode: 'number' }).notNull(),
  /** JSON of the product as it was then, by column names; null when it was deleted. */
  product: text(),
  at: bigint({ mode: 'number' }).notNull(),
})

/** What was answered to a request that carried an idempotency key, written in the request's own transaction. */
export const idempotencyKeys = pgTable(
  'idempotency_keys',
  {
    caller: text().notNull(),
    key: text().notNull(),
    /** Of the request: another one may not use the key. */
    fingerprint: text().notNull(),
    /** JSON. */
    answer: text().notNull(),
    createdAt: bigint('created_at', { mode: 'number' }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.caller, table.key] })],
)

/** Imports that can be undone. */
export const imports = pgTable('imports', {
  id: bigint({ mode: 'number' }).primaryKey().generatedByDefaultAsIdentity(),
  actor: text().notNull(),
  createdAt: bigint('created_at', { mode: 'number' }).notNull(),
})

/** What an import made of each product, for as long as it is not undone. */
export const importChanges = pgTable(
  'import_changes',
  {
    importId: bigint('import_id', { mode: 'number' }).notNull(),
    productId: bigint('product_id', { mode: 'number' }).notNull(),
    fromVersion: bigint('from_version', { mode: 'number' }).notNull(),
    /** Null where another writer came between two of its lines. */
    version: bigint({ mode: 'number' }),
    /** JSON of the fields; null where the import created the product. */
    before: text(),
  },
  (table) => [primaryKey({ columns: [table.importId, table.productId] })],
)

/** Every word of a name, for search/vocabulary.ts. */
export const words = pgTable('words', { word: text().primaryKey() })

/** For typos: search/typos.ts. */
export const wordRemainders = pgTable(
  'word_remainders',
  { remainder: text().notNull(), word: text().notNull() },
  (table) => [primaryKey({ columns: [table.remainder, table.word] })],
)

/** Facts about the database itself, such as the currency its prices are in. */
/** Which key wrote what and when. Only added to; triggers refuse anything else. */
export const audit = pgTable('audit', {
  id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
  at: bigint({ mode: 'number' }).notNull(),
  requestId: text('request_id'),
  keyId: bigint('key_id', { mode: 'number' }),
  actor: text().notNull(),
  operation: text().notNull(),
  subject: text().notNull(),
  subjectId: text('subject_id'),
  outcome: text().notNull(),
})

export const settings = pgTable('settings', {
  name: text().primaryKey(),
  value: text().notNull(),
})

export const apiKeys = pgTable('api_keys', {
  id: bigint({ mode: 'number' }).primaryKey().generatedByDefaultAsIdentity(),
  prefix: text().notNull().unique(),
  hash: text().notNull(),
  name: text().notNull(),
  /** Separated by spaces. */
  scopes: text().notNull(),
  createdAt: bigint('created_at', { mode: 'number' }).notNull(),
  expiresAt: bigint('expires_at', { mode: 'number' }),
  lastUsedAt: bigint('last_used_at', { mode: 'number' }),
  revokedAt: bigint('revoked_at', { mode: 'number' }),
})

/** The page's sessions; without `keyId` the session was opened with `ADMIN_KEY`. */
export const sessions = pgTable('sessions', {
  hash: text().primaryKey(),
  keyId: bigint('key_id', { mode: 'number' }),
  createdAt: bigint('created_at', { mode: 'number' }).notNull(),
  expiresAt: bigint('expires_at', { mode: 'number' }).notNull(),
})

/** One row, written by triggers: see `keyState` in database.ts. */
export const keyState = pgTable('key_state', {
  onlyRow: bigint('only_row', { mode: 'number' }).primaryKey(),
  state: text().notNull(),
})

/** Where events go: server/webhooks. */
export const webhookEndpoints = pgTable('webhook_endpoints', {
  id: bigint({ mode: 'number' }).primaryKey().generatedByDefaultAsIdentity(),
  url: text().notNull(),
  description: text(),
  /** Separated by spaces. */
  events: text().notNull(),
  format: text({ enum: ['standard', 'slack'] }).notNull(),
  minSpendMicros: bigint('min_spend_micros', { mode: 'number' }).notNull(),
  state: text({ enum: ['enabled', 'disabled'] }).notNull(),
  /** Which changes the triggers on products put into the outbox for it. */
  productChanges: text('product_changes', { enum: ['all', 'stock', 'none'] }).notNull(),
  secret: text().notNull(),
  previousSecret: text('previous_secret'),
  previousSecretUntil: bigint('previous_secret_until', { mode: 'number' }),
  createdAt: bigint('created_at', { mode: 'number' }).notNull(),
  updatedAt: bigint('updated_at', { mode: 'number' }).notNull(),
})

/** Changes of products, written by triggers in the transaction of each change while an endpoint wants them. */
export const webhookOutbox = pgTable('webhook_outbox', {
  /** In the order of a product's changes. */
  id: bigint({ mode: 'number' }).primaryKey().generatedByDefaultAsIdentity(),
  kind: text({ enum: ['created', 'updated', 'deleted'] }).notNull(),
  productId: bigint('product_id', { mode: 'number' }).notNull(),
  sku: text(),
  name: text().notNull(),
  version: bigint({ mode: 'number' }).notNull(),
  stockBefore: bigint('stock_before', { mode: 'number' }),
  stockLevel: bigint('stock_level', { mode: 'number' }),
  lowStockAt: bigint('low_stock_at', { mode: 'number' }),
  at: bigint({ mode: 'number' }).notNull(),
})

export const webhookDeliveries = pgTable('webhook_deliveries', {
  id: bigint({ mode: 'number' }).primaryKey().generatedByDefaultAsIdentity(),
  endpointId: bigint('endpoint_id', { mode: 'number' }).notNull(),
  eventId: text('event_id').notNull(),
  type: text().notNull(),
  subject: text().notNull(),
  body: text().notNull(),
  state: text({ enum: ['pending', 'delivered', 'parked'] }).notNull(),
  attempts: bigint({ mode: 'number' }).notNull(),
  /** Null while an earlier delivery of its subject is pending. During an attempt, when its lease ends. */
  dueAt: bigint('due_at', { mode: 'number' }),
  retryUntil: bigint('retry_until', { mode: 'number' }).notNull(),
  createdAt: bigint('created_at', { mode: 'number' }).notNull(),
  finishedAt: bigint('finished_at', { mode: 'number' }),
  /** The HTTP status of the last attempt. */
  status: bigint({ mode: 'number' }),
  error: text(),
})

export type WebhookEndpointRow = typeof webhookEndpoints.$inferSelect

export type WebhookOutboxRow = typeof webhookOutbox.$inferSelect

export type WebhookDeliveryRow = typeof webhookDeliveries.$inferSelect

export type AuditRow = typeof audit.$inferSelect

export type ApiKeyRow = typeof apiKeys.$inferSelect

export type StockOutStatusRow = typeof stockOutStatuses.$inferSelect

export type StockAdjustmentRow = typeof stockAdjustments.$inferSelect

export type PriceChangeRow = typeof priceChanges.$inferSelect

/** A product as it is read, without what only searches and orders look at. */
export type ProductRow = Omit<typeof products.$inferSelect, 'words' | 'nameKey' | 'skuKey'>
