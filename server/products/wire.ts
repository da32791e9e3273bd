/** Between the wire's products and filters and the store's rows. */
import type { ProductRow } from '#db/schema.postgres.ts'
import { requireScope } from '#server/caller.ts'
import type { Context } from '#server/context.ts'
import { invalidInput, ProblemError } from '#server/errors.ts'
import { advertisedIds } from './advertised.ts'
import type { ProductFilter } from './filter.ts'
import { formatPrice, toMinorUnits, type Currency } from './product.ts'
import type { Product } from './schema.ts'
import type { NewRow } from './new-row.ts'
import { StockLevelChanged, VersionMismatch } from './refusals.ts'

export function toProduct(row: ProductRow, currency: Currency): Product {
  return {
    id: row.id,
    sku: row.sku,
    name: row.name,
    price: formatPrice(row.priceMinor, currency),
    currency: currency.code,
    stock_level: row.stockLevel,
    version: row.version,
    created_at: new Date(row.createdAt).toISOString(),
    updated_at: new Date(row.updatedAt).toISOString(),
    gtin: row.gtin,
    ads_item_id: row.adsItemId,
    low_stock_at: row.lowStockAt,
  }
}

interface OptionalInput {
  gtin?: string | null | undefined
  ads_item_id?: string | null | undefined
  low_stock_at?: number | null | undefined
}

/** Those that are given. */
export function optionalFields({ gtin, ads_item_id, low_stock_at }: OptionalInput): Partial<NewRow> {
  return {
    ...(gtin !== undefined && { gtin }),
    ...(ads_item_id !== undefined && { adsItemId: ads_item_id }),
    ...(low_stock_at !== undefined && { lowStockAt: low_stock_at }),
  }
}

type PriceInput = string | number | undefined

export async function toFilter(
  ctx: Context,
  input: {
    min_price?: PriceInput
    max_price?: PriceInput
    in_stock?: boolean | undefined
    max_stock?: number | undefined
    low_stock?: boolean | undefined
    advertised?: boolean | undefined
    sku?: string | undefined
  },
): Promise<ProductFilter> {
  return {
    minPriceMinor: input.min_price === undefined ? undefined : minorUnits(ctx, '/min_price', input.min_price),
    maxPriceMinor: input.max_price === undefined ? undefined : minorUnits(ctx, '/max_price', input.max_price),
    inStock: input.in_stock,
    maxStock: input.max_stock,
    lowStock: input.low_stock === undefined ? undefined : { is: input.low_stock, defaultAt: ctx.lowStockAt },
    advertised: await toAdvertised(ctx, input.advertised),
    skus: input.sku?.split(','),
  }
}

/** @throws ProblemError `SCOPE_MISSING`: products may be open to all, and what is advertised is not */
async function toAdvertised(ctx: Context, is: boolean | undefined): Promise<ProductFilter['advertised']> {
  if (is === undefined) return undefined
  requireScope(ctx, 'ads:read')
  const ids = await advertisedIds(ctx)
  return { is, ids: () => ids }
}

/** @throws ProblemError `INVALID_INPUT` at the pointer */
export function minorUnits({ currency }: Context, pointer: string, price: string | number): number {
  const parsed = toMinorUnits(price, currency)
  if ('mistake' in parsed) throw invalidInput([{ pointer, detail: parsed.mistake }])
  return parsed.minor
}

/** A refusal that carries a row becomes the problem that carries the product. */
export async function withCurrent<T>(ctx: Pick<Context, 'currency'>, write: () => Promise<T>): Promise<T> {
  try {
    return await write()
  } catch (error) {
    throw currentOf(ctx, error)
  }
}

/** The same for an error that was not thrown. */
export function currentOf({ currency }: Pick<Context, 'currency'>, error: unknown): unknown {
  const code = error instanceof VersionMismatch ? 'VERSION_MISMATCH' : 'STOCK_LEVEL_CHANGED'
  if (!(error instanceof VersionMismatch || error instanceof StockLevelChanged)) return error
  return new ProblemError(code, error.message, { current: toProduct(error.current, currency) })
}
