/** The table of contents: every operation of the system, by the name that a typed client calls it. */
import type { Ads } from '#server/ads/ads.ts'
import { adsOperations } from '#server/ads/operations.ts'
import { adsFormats } from '#server/ads/report-choice.ts'
import { auditOperations, auditRoutes } from '#server/audit/operations.ts'
import { bridgeOperations } from '#server/bridge/operations.ts'
import { exclusionOperations, exclusionRoutes } from '#server/bridge/exclusions.ts'
import { feedRoutes } from '#server/bridge/feeds.ts'
import { runningOutOperations } from '#server/bridge/running-out.ts'
import { productAdsOperations } from '#server/bridge/product-ads.ts'
import { spendFileRoutes } from '#server/bridge/spend-csv.ts'
import { statusOperations } from '#server/bridge/status-operations.ts'
import { feedKeyOperations } from '#server/keys/feed-keys.ts'
import { keyOperations } from '#server/keys/operations.ts'
import type { AnyOperation, AnySubscription } from '#server/operation.ts'
import { batchOperations } from '#server/products/batch.ts'
import { changeOperations } from '#server/products/changes.ts'
import { importOperations } from '#server/products/imports.ts'
import { productOperations } from '#server/products/operations.ts'
import { stockOperations } from '#server/products/stock.ts'
import { priceOperations } from '#server/products/prices.ts'
import { productFileRoutes } from '#server/products/file-routes.ts'
import { priceSchema, type Currency } from '#server/products/product.ts'
import { systemOperations } from '#server/system/operations.ts'
import { eventSchemas } from '#server/webhooks/event-schema.ts'
import { webhookOperations } from '#server/webhooks/operations.ts'
import type { AnyFileRoute } from './file-route.ts'

export const api = {
  products: {
    ...productOperations,
    ...stockOperations,
    ...priceOperations,
    ...batchOperations,
    ...importOperations,
    ...changeOperations,
    ...runningOutOperations,
    ...productAdsOperations,
    ...statusOperations,
  },
  ads: { ...adsOperations, ...bridgeOperations, ...exclusionOperations },
  webhooks: webhookOperations,
  feedKeys: feedKeyOperations,
  keys: keyOperations,
  audit: auditOperations,
  system: systemOperations,
}

/** What the formats that the schemas name look like in this configuration. */
export const formatsOf = ({ currency, ads }: { currency: Currency; ads: Ads }) => ({
  price: priceSchema(currency),
  ...adsFormats(ads),
})

/** Files, over REST alone. */
export const transfers = {
  ...productFileRoutes,
  ...feedRoutes,
  ...exclusionRoutes,
  ...spendFileRoutes,
  ...auditRoutes,
}

/** What is sent by the server itself. */
export const webhookEvents = eventSchemas

export type Api = typeof api

interface Named<T> {
  /** `products.get` */
  name: string
  operation: T
}

export function operationsOf(table: Api): Named<AnyOperation>[] {
  return entriesOf(table).flatMap(({ name, operation }) =>
    operation.kind === 'subscription' ? [] : [{ name, operation }],
  )
}

/** By their routes. */
export function operationNames(): ReadonlyMap<string, string> {
  return new Map([
    ...operationsOf(api).map(({ name, operation }) => [operation.rest, name] as const),
    ...Object.entries<AnyFileRoute>(transfers).map(([name, { rest }]) => [rest, `files.${name}`] as const),
  ])
}

export function subscriptionsOf(table: Api): Named<AnySubscription>[] {
  return entriesOf(table).flatMap(({ name, operation }) =>
    operation.kind === 'subscription' ? [{ name, operation }] : [],
  )
}

export function fileRoutesOf(): AnyFileRoute[] {
  return Object.values(transfers)
}

function entriesOf(table: Api): Named<AnyOperation | AnySubscription>[] {
  return Object.entries(table).flatMap(([group, operations]) =>
    Object.entries(operations).map(([name, operation]) => ({
      name: `${group}.${name}`,
      operation: operation as AnyOperation | AnySubscription,
    })),
  )
}
