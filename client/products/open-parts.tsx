/** The drawer or the dialog that is open over the table. */
import { useLocation } from 'wouter'
import { productHref } from '#client/ui/product-href.ts'
import type { Column } from './columns.ts'
import { bulk, columnsChoice, importing, newProduct, stock, views } from './parts.ts'
import type { RowBlocks } from './rows/row-blocks.ts'
import type { OpenPart } from './use-open-part.ts'
import type { View } from './use-view.ts'

interface OpenPartsProps {
  open: OpenPart | undefined
  view: View
  rows: RowBlocks
  columns: readonly Column[]
  onView: (view: View) => void
  onImported: () => void
  close: () => void
}

export function OpenParts({ open, view, rows, columns, onView, onImported, close }: OpenPartsProps) {
  const [, navigate] = useLocation()
  switch (open?.part) {
    case 'stock':
      return <stock.Part product={open.product} rows={rows} onClose={close} />
    case 'bulk':
      return <bulk.Part rows={rows} selection={open.selection} onClose={close} />
    case 'import':
      return <importing.Part onImported={onImported} onClose={close} />
    case 'new-product':
      return <newProduct.Part onCreated={({ id }) => navigate(productHref(id))} onClose={close} />
    case 'columns':
      return <columnsChoice.Part columns={columns} onClose={close} />
    case 'views':
      return <views.Part view={view} onView={onView} onClose={close} />
    default:
      return null
  }
}
