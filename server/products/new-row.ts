/** What of a product a write decides. */
import type { ProductRow } from '#db/schema.postgres.ts'

type OptionalFields = Pick<ProductRow, 'gtin' | 'adsItemId' | 'lowStockAt'>

export const NO_OPTIONAL_FIELDS: OptionalFields = { gtin: null, adsItemId: null, lowStockAt: null }

export type NewRow = Pick<ProductRow, 'sku' | 'name' | 'priceMinor' | 'stockLevel'> & Partial<OptionalFields>

/** In one order, so that equal fields make equal texts. */
export function fieldsOf(row: NewRow): Required<NewRow> {
  const { sku, name, priceMinor, stockLevel, gtin, adsItemId, lowStockAt } = { ...NO_OPTIONAL_FIELDS, ...row }
  return { sku, name, priceMinor, stockLevel, gtin, adsItemId, lowStockAt }
}
