/** What the keys of the place do: the same as its buttons. */
import type { RefObject } from 'react'
import { useMay } from '#client/sign-in/session.ts'
import { useAction } from '#client/ui/actions.ts'
import type { Column } from './columns.ts'
import type { Table } from './product-table.tsx'
import type { RowBlocks } from './rows/row-blocks.ts'
import { redo, undo } from './use-edits.ts'
import type { OpenPart } from './use-open-part.ts'
import { exportAddress, type View } from './use-view.ts'

interface ProductKeysOptions {
  view: View
  rows: RowBlocks
  columns: readonly Column[]
  table: RefObject<Table | null>
  onOpen: (open: OpenPart) => void
}

export function useProductKeys({ view, rows, columns, table, onOpen }: ProductKeysOptions) {
  const goBack = async (step: typeof undo) => {
    const at = (await step())?.at
    const row = at && rows.placeOf(at.id)
    const column = columns.findIndex(({ field }) => field === at?.field)
    if (row !== undefined) table.current?.show({ row, column: Math.max(0, column) })
  }
  const mayWrite = useMay('products:write')
  const openBulk = () => {
    if (mayWrite && table.current && rows.count > 0)
      onOpen({ part: 'bulk', selection: table.current.selection })
  }
  useAction('undo', () => void goBack(undo))
  useAction('redo', () => void goBack(redo))
  useAction('bulk-change', openBulk)
  useAction('new-product', () => mayWrite && onOpen({ part: 'new-product' }))
  useAction('views', () => onOpen({ part: 'views' }))
  useAction('columns', () => onOpen({ part: 'columns' }))
  useAction('import', () => mayWrite && onOpen({ part: 'import' }))
  useAction('export', () => location.assign(exportAddress(view)))
  useAction('stock-history', () => {
    const product = table.current && rows.row(table.current.at.row)
    if (product) onOpen({ part: 'stock', product })
  })
  return { openBulk, undoLast: () => void goBack(undo) }
}
