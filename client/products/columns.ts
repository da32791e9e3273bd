/** The columns that the table can have, in their order; the cell cursor counts in those that are shown. */
import type { Inputs, Outputs } from '#client/api.ts'

type Found = Outputs['products']['search']['items'][number]
/** Where it was searched for, with what of it was found. */
export type Product = Outputs['products']['get'] & { match?: Found['match'] | undefined }
type SortInput = NonNullable<Exclude<Inputs['products']['list'], void>['sort']>
export type SortColumn = Exclude<SortInput, `-${string}`>
export type Sort = SortInput

/** What can be edited in place. */
export type Field = 'price' | 'stock_level'

/** What the ads tell of a product; it comes in a request of its own. */
export const FIGURES = ['cost_7', 'cost_30', 'clicks_30', 'roas_30', 'cover'] as const
export type Figure = (typeof FIGURES)[number]
type OwnColumn = 'id' | 'sku' | 'name' | 'price' | 'stock_level' | 'updated_at'
type MoreColumn = 'low_stock_at' | 'gtin' | 'ads_item_id'
export type ColumnId = OwnColumn | MoreColumn | Figure

export interface Column {
  id: ColumnId
  label: string
  sort: SortColumn | undefined
  field: Field | undefined
}

const plain = (id: ColumnId, label: string): Column => ({ id, label, sort: undefined, field: undefined })

export const COLUMNS: readonly Column[] = [
  { ...plain('id', 'ID'), sort: 'id' },
  plain('sku', 'SKU'),
  { ...plain('name', 'Name'), sort: 'name' },
  plain('gtin', 'Barcode'),
  plain('ads_item_id', 'Item id'),
  { ...plain('price', 'Price'), sort: 'price', field: 'price' },
  { ...plain('stock_level', 'Stock'), sort: 'stock_level', field: 'stock_level' },
  plain('low_stock_at', 'Low from'),
  plain('cover', 'Days of cover'),
  plain('cost_7', 'Cost, 7 days'),
  plain('cost_30', 'Cost, 30 days'),
  plain('clicks_30', 'Clicks, 30 days'),
  plain('roas_30', 'ROAS, 30 days'),
  { ...plain('updated_at', 'Updated'), sort: 'updated_at' },
]

export function isFigure(id: ColumnId): id is Figure {
  return FIGURES.some((each) => each === id)
}

export const FIELD_NAMES: Readonly<Record<Field, string>> = { price: 'price', stock_level: 'stock' }

/** A column that is sorted by turns round; another one starts where people look first. */
export function nextSort(current: Sort, column: SortColumn): Sort {
  if (current === column) return `-${column}`
  if (current === `-${column}`) return column
  return column === 'updated_at' ? '-updated_at' : column
}
