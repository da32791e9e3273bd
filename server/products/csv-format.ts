/** The columns of a product file, and cells that a spreadsheet may open. */

/** In the order of an export; an import takes any of them in any order. */
export const CSV_COLUMNS = [
  'id',
  'sku',
  'name',
  'price',
  'currency',
  'stock_level',
  'version',
  'updated_at',
] as const

/** After those. */
export const OPTIONAL_COLUMNS = ['gtin', 'ads_item_id', 'low_stock_at'] as const

/**
 * A spreadsheet takes a cell that begins like this for a formula. A leading apostrophe makes it text; a cell that
 * begins with apostrophes and then like this gets one more, so that taking one away always gives back the cell.
 */
const FORMULA = /^'*[=+\-@\t\r]/

export function protectCell(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text
}

export function unprotectCell(text: string): string {
  return text.startsWith("'") && FORMULA.test(text) ? text.slice(1) : text
}
