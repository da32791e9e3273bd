/** The columns of the table, in their order; the cell cursor counts in them. */
import type { Inputs, Outputs } from '#client/api.ts'

type Found = Outputs['products']['search']['items'][number]
/** Where it was searched for, with what of it was found. */
export type Product = Outputs['products']['get'] & { match?: Found['match'] | undefined }
type SortInput = NonNullable<Exclude<Inputs['products']['list'], void>['sort']>
export type SortColumn = Exclude<SortInput, `-${string}`>
export type Sort = SortInput

/** What can be edited in place. */
export type Field = 'price' | 'stock_level'

export interface Column {
  id: 'id' | 'sku' | 'name' | 'price' | 'stock_level' | 'updated_at'
  label: string
  sort: SortColumn | undefined
  field: Field | undefined
}

export const COLUMNS: readonly Column[] = [
  { id: 'id', label: 'ID', sort: 'id', field: undefined },
  { id: 'sku', label: 'SKU', sort: undefined, field: undefined },
  { id: 'name', label: 'Name', sort: 'name', field: undefined },
  { id: 'price', label: 'Price', sort: 'price', field: 'price' },
  { id: 'stock_level', label: 'Stock', sort: 'stock_level', field: 'stock_level' },
  { id: 'updated_at', label: 'Updated', sort: 'updated_at', field: undefined },
]

export const FIELD_NAMES: Readonly<Record<Field, string>> = { price: 'price', stock_level: 'stock' }

/** A column that is sorted by turns round; another one starts where people look first. */
export function nextSort(current: Sort, column: SortColumn): Sort {
  if (current === column) return `-${column}`
  if (current === `-${column}`) return column
  return column === 'updated_at' ? '-updated_at' : column
}
