/** How wide the table has to be. */
import { useState, type CSSProperties } from 'react'
import { useStore } from '#client/ui/store.ts'
import type { Column, ColumnId, Product } from '#client/products/columns.ts'
import { layout } from './layout.ts'

export function useTableStyle(
  columns: readonly Column[],
  products: readonly (Product | undefined)[],
): CSSProperties {
  const style = { '--sku-length': useLongestSku(products), minWidth: useMinWidth(columns) }
  return style
}

/** Characters of the longest one seen so far: a column that became narrower again would jump. */
function useLongestSku(products: readonly (Product | undefined)[]): number {
  const [longest, setLongest] = useState(0)
  const found = Math.max(...products.map((product) => product?.sku?.length ?? 0))
  if (found > longest) setLongest(found)
  return Math.max(found, longest)
}

/** Where columns were chosen or dragged, names keep their room, and the table scrolls sideways. */
function useMinWidth(columns: readonly Column[]): string | undefined {
  const { shown, widths } = useStore(layout)
  if (shown === undefined && Object.keys(widths).length === 0) return undefined
  const widthOf = (id: ColumnId) => (widths[id] === undefined ? (USUAL[id] ?? '9rem') : `${widths[id]}px`)
  return `calc(${columns.map(({ id }) => widthOf(id)).join(' + ')})`
}

const USUAL: Readonly<Partial<Record<ColumnId, string>>> = {
  name: '14rem',
  sku: '12rem',
  updated_at: '12.75rem',
}
