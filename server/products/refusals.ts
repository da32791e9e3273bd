/** What writes are refused with. */
import type { ProductRow } from '#db/schema.postgres.ts'
import { invalidInput, ProblemError } from '#server/errors.ts'
import { MAX_STOCK_LEVEL } from './schema.ts'

/** Refusals that carry rows: operations turn them into problems with products. */
export class VersionMismatch extends Error {
  readonly current: ProductRow
  constructor(current: ProductRow) {
    super(`The product has version ${current.version} now.`)
    this.current = current
  }
}

export class StockLevelChanged extends Error {
  readonly current: ProductRow
  constructor(current: ProductRow) {
    super(`The stock level is ${current.stockLevel} now.`)
    this.current = current
  }
}

/** What a caller names a product by. */
export type ProductKey = { id: number } | { sku: string }

export function productNotFound(key: ProductKey | { gtin: string }): ProblemError {
  const named = 'id' in key ? `id ${key.id}` : 'sku' in key ? `SKU "${key.sku}"` : `GTIN ${key.gtin}`
  return new ProblemError('PRODUCT_NOT_FOUND', `No product has the ${named}.`)
}

/** Of a delta that leads out of bounds. */
export function stockRefusal(row: ProductRow, delta: number): ProblemError {
  if (delta > 0)
    return invalidInput([{ pointer: '/delta', detail: `the stock would exceed ${MAX_STOCK_LEVEL}` }])
  const [available, requested] = [row.stockLevel, -delta]
  return new ProblemError('INSUFFICIENT_STOCK', `${available} in stock, ${requested} asked for.`, {
    available,
    requested,
  })
}
