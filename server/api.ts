/** The table of contents: every operation of the system, by the name that a typed client calls it. */
import { adsOperations } from '#server/ads/operations.ts'
import { bridgeOperations } from '#server/bridge/operations.ts'
import type { AnyOperation } from '#server/operation.ts'
import { batchOperations } from '#server/products/batch.ts'
import { productOperations } from '#server/products/operations.ts'
import { stockOperations } from '#server/products/stock.ts'

export const api = {
  products: { ...productOperations, ...stockOperations, ...batchOperations },
  ads: { ...adsOperations, ...bridgeOperations },
}

export type Api = typeof api

/** Each operation with its dotted name, `products.get`. */
export function operationsOf(table: Api): { name: string; operation: AnyOperation }[] {
  return Object.entries(table).flatMap(([group, operations]) =>
    Object.entries(operations).map(([name, operation]) => ({
      name: `${group}.${name}`,
      operation: operation as AnyOperation,
    })),
  )
}
