import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type * as postgres from './schema.postgres.ts'

export const products = sqliteTable('products', {
  id: integer().primaryKey({ autoIncrement: true }),
  sku: text().unique(),
  name: text().notNull(),
  words: text().notNull(),
  nameKey: text('name_key'),
  skuKey: text('sku_key'),
  priceMinor: integer('price_minor').notNull(),
  stockLevel: integer('stock_level').notNull(),
  version: integer().notNull(),
  createdAt: integer('created_at').notNull(),
  updatedAt: integer('updated_at').notNull(),
  gtin: text(),
  adsItemId: text('ads_item_id'),
  lowStockAt: integer('low_stock_at'),
})

export const stockAdjustments = sqliteTable('stock_adjustments', {
  id: integer().primaryKey({ autoIncrement: true }),
  productId: integer('product_id').notNull(),
  delta: integer().notNull(),
  stockLevelAfter: integer('stock_level_after').notNull(),
  reason: text().notNull(),
  reference: text(),
  actor: text().notNull(),
  createdAt: integer('created_at').notNull(),
})

export const priceChanges = sqliteTable(
  'price_changes',
  {
    productId: integer('product_id').notNull(),
    version: integer().notNull(),
    beforeMinor: integer('before_minor').notNull(),
    afterMinor: integer('after_minor').notNull(),
    at: integer().notNull(),
    actor: text(),
    reference: text(),
  },
  (table) => [primaryKey({ columns: [table.productId, table.version] })],
)

export const stockOuts = sqliteTable(
  'stock_outs',
  {
    productId: integer('product_id').notNull(),
    fromAt: integer('from_at').notNull(),
    untilAt: integer('until_at'),
  },
  (table) => [primaryKey({ columns: [table.productId, table.fromAt] })],
)

export const stockOutStatuses = sqliteTable('stock_out_statuses', {
  productId: integer('product_id').primaryKey(),
  stockOutFrom: integer('stock_out_from').notNull(),
  status: text({ enum: ['new', 'acknowledged', 'handled'] }).notNull(),
  untilAt: integer('until_at'),
  actor: text().notNull(),
  setAt: integer('set_at').notNull(),
})

export const changes = sqliteTable('changes', {
  seq: integer().primaryKey(),
  kind: text({ enum: ['created', 'updated', 'deleted'] }).notNull(),
  productId: integer('product_id').notNull(),
  version: integer().notNull(),
  product: text(),
  at: integer().notNull(),
})

export const idempotencyKeys = sqliteTable(
  'idempotency_keys',
  {
    caller: text().notNull(),
    key: text().notNull(),
    fingerprint: text().notNull(),
    answer: text().notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.caller, table.key] })],
)

export const imports = sqliteTable('imports', {
  id: integer().primaryKey({ autoIncrement: true }),
  actor: text().notNull(),
  createdAt: integer('created_at').notNull(),
})

export const importChanges = sqliteTable(
  'import_changes',
  {
    importId: integer('import_id').notNull(),
    productId: integer('product_id').notNull(),
    fromVersion: integer('from_version').notNull(),
    version: integer(),
    before: text(),
  },
  (table) => [primaryKey({ columns: [table.importId, table.productId] })],
)

export const words = sqliteTable('words', { word: text().primaryKey() })

export const wordRemainders = sqliteTable(
  'word_remainders',
  { remainder: text().notNull(), word: text().notNull() },
  (table) => [primaryKey({ columns: [table.remainder, table.word] })],
)

export const audit = sqliteTable('audit', {
  id: integer().primaryKey(),
  at: integer().notNull(),
  requestId: text('request_id'),
  keyId: integer('key_id'),
  actor: text().notNull(),
  operation: text().notNull(),
  subject: text().notNull(),
  subjectId: text('subject_id'),
  outcome: text().notNull(),
})

export const settings = sqliteTable('settings', {
  name: text().primaryKey(),
  value: text().notNull(),
})

export const apiKeys = sqliteTable('api_keys', {
  id: integer().primaryKey({ autoIncrement: true }),
  prefix: text().notNull().unique(),
  hash: text().notNull(),
  name: text().notNull(),
  scopes: text().notNull(),
  createdAt: integer('created_at').notNull(),
  expiresAt: integer('expires_at'),
  lastUsedAt: integer('last_used_at'),
  revokedAt: integer('revoked_at'),
})

export const sessions = sqliteTable('sessions', {
  hash: text().primaryKey(),
  keyId: integer('key_id'),
  createdAt: integer('created_at').notNull(),
  expiresAt: integer('expires_at').notNull(),
})

export const keyState = sqliteTable('key_state', {
  onlyRow: integer('only_row').primaryKey(),
  state: text().notNull(),
})

export const webhookEndpoints = sqliteTable('webhook_endpoints', {
  id: integer().primaryKey({ autoIncrement: true }),
  url: text().notNull(),
  description: text(),
  events: text().notNull(),
  format: text({ enum: ['standard', 'slack'] }).notNull(),
  minSpendMicros: integer('min_spend_micros').notNull(),
  state: text({ enum: ['enabled', 'disabled'] }).notNull(),
  productChanges: text('product_changes', { enum: ['all', 'stock', 'none'] }).notNull(),
  secret: text().notNull(),
  previousSecret: text('previous_secret'),
  previousSecretUntil: integer('previous_secret_until'),
  createdAt: integer('created_at').notNull(),
  updatedAt: integer('updated_at').notNull(),
})

export const webhookOutbox = sqliteTable('webhook_outbox', {
  id: integer().primaryKey({ autoIncrement: true }),
  kind: text({ enum: ['created', 'updated', 'deleted'] }).notNull(),
  productId: integer('product_id').notNull(),
  sku: text(),
  name: text().notNull(),
  version: integer().notNull(),
  stockBefore: integer('stock_before'),
  stockLevel: integer('stock_level'),
  lowStockAt: integer('low_stock_at'),
  at: integer().notNull(),
})

export const webhookDeliveries = sqliteTable('webhook_deliveries', {
  id: integer().primaryKey({ autoIncrement: true }),
  endpointId: integer('endpoint_id').notNull(),
  eventId: text('event_id').notNull(),
  type: text().notNull(),
  subject: text().notNull(),
  body: text().notNull(),
  state: text({ enum: ['pending', 'delivered', 'parked'] }).notNull(),
  attempts: integer().notNull(),
  dueAt: integer('due_at'),
  retryUntil: integer('retry_until').notNull(),
  createdAt: integer('created_at').notNull(),
  finishedAt: integer('finished_at'),
  status: integer(),
  error: text(),
})

/** Fails to compile when a table's row differs between the dialects. */
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never
true satisfies Same<typeof products.$inferSelect, typeof postgres.products.$inferSelect>
true satisfies Same<typeof stockAdjustments.$inferSelect, postgres.StockAdjustmentRow>
true satisfies Same<typeof priceChanges.$inferSelect, postgres.PriceChangeRow>
true satisfies Same<typeof idempotencyKeys.$inferSelect, typeof postgres.idempotencyKeys.$inferSelect>
true satisfies Same<typeof stockOuts.$inferSelect, typeof postgres.stockOuts.$inferSelect>
true satisfies Same<typeof stockOutStatuses.$inferSelect, postgres.StockOutStatusRow>
true satisfies Same<typeof changes.$inferSelect, typeof postgres.changes.$inferSelect>
true satisfies Same<typeof imports.$inferSelect, typeof postgres.imports.$inferSelect>
true satisfies Same<typeof importChanges.$inferSelect, typeof postgres.importChanges.$inferSelect>
true satisfies Same<typeof words.$inferSelect, typeof postgres.words.$inferSelect>
true satisfies Same<typeof wordRemainders.$inferSelect, typeof postgres.wordRemainders.$inferSelect>
true satisfies Same<typeof audit.$inferSelect, postgres.AuditRow>
true satisfies Same<typeof settings.$inferSelect, typeof postgres.settings.$inferSelect>
true satisfies Same<typeof apiKeys.$inferSelect, postgres.ApiKeyRow>
true satisfies Same<typeof sessions.$inferSelect, typeof postgres.sessions.$inferSelect>
true satisfies Same<typeof keyState.$inferSelect, typeof postgres.keyState.$inferSelect>
true satisfies Same<typeof webhookEndpoints.$inferSelect, postgres.WebhookEndpointRow>
true satisfies Same<typeof webhookOutbox.$inferSelect, postgres.WebhookOutboxRow>
true satisfies Same<typeof webhookDeliveries.$inferSelect, postgres.WebhookDeliveryRow>
