import { useRef, useState } from 'react'
import { useMay } from '#client/sign-in/session.ts'
import { Place } from '#client/ui/place.tsx'
import { ErrorState } from '#client/ui/states.tsx'
import { useWide } from '#client/ui/use-wide.ts'
import type { Product } from './columns.ts'
import { ConflictDialog } from './conflict-dialog.tsx'
import { NoProducts, WaitingProducts } from './product-states.tsx'
import { ProductTable, type Table } from './product-table.tsx'
import { ProductsStatus } from './products-status.tsx'
import { ProductsTools } from './products-tools.tsx'
import { forgetHistories } from './stock/forget-histories.ts'
import { useLive } from './rows/use-live.ts'
import { rowsIn, type Selection } from './selection.ts'
import { OpenParts } from './open-parts.tsx'
import { panel } from './parts.ts'
import { useAsAllowed } from './use-as-allowed.ts'
import { useColumns } from './use-columns.ts'
import { useConflict } from './use-conflict.ts'
import type { Editing } from './use-grid-cursor.ts'
import { useOpenPart } from './use-open-part.ts'
import { useProductKeys } from './use-product-keys.ts'
import { useProductRows } from './use-product-rows.ts'
import { EVERYTHING, useView } from './use-view.ts'

export function ProductsPage() {
  const [view, setView] = useView()
  const data = useProductRows(view)
  const columns = useAsAllowed(useColumns())
  const mayWrite = useMay('products:write')
  const [editing, setEditing] = useState<Editing>()
  const { open, setOpen, openStock, close } = useOpenPart()
  const [selection, setSelection] = useState<Selection>()
  const table = useRef<Table>(null)
  const conflict = useConflict(editing !== undefined || open !== undefined)
  useLive(forgetHistories)
  const { rows } = data
  const { openBulk, undoLast } = useProductKeys({ view, rows, columns, table, onOpen: setOpen })
  const openImport = mayWrite ? () => setOpen({ part: 'import' }) : undefined

  return (
    <Place
      title="Products"
      tools={
        <ProductsTools
          view={view}
          onView={setView}
          onImport={openImport}
          onNew={mayWrite ? () => setOpen({ part: 'new-product' }) : undefined}
          onViews={() => setOpen({ part: 'views' })}
          onColumns={() => setOpen({ part: 'columns' })}
        />
      }
      status={
        <ProductsStatus
          view={view}
          data={data}
          selected={selection ? Math.min(rowsIn(selection), rows.count) : 0}
          onSelectAll={() => table.current?.selectAll()}
          onBulk={mayWrite ? openBulk : undefined}
          onUndo={undoLast}
          onSearch={(q) => setView({ q })}
        />
      }
    >
      {data.loading && !data.error ? (
        <WaitingProducts columns={columns} />
      ) : data.error && rows.count === 0 ? (
        <ErrorState error={data.error} retry={data.retry} />
      ) : rows.count === 0 ? (
        <NoProducts view={view} onShowAll={() => setView(EVERYTHING)} onImport={openImport} />
      ) : (
        <div className="table-and-panel">
          <ProductTable
            data={data}
            columns={columns}
            query={view.q}
            sort={view.q === '' && view.id === undefined ? view.sort : undefined}
            onSort={(sort) => setView({ sort })}
            viewKey={JSON.stringify(view)}
            editing={editing}
            onEditing={setEditing}
            onOpenConflict={conflict.open}
            onHistory={openStock}
            onSelection={setSelection}
            handle={table}
          />
          <PanelBeside product={rows.row(selection?.top ?? 0)} />
        </div>
      )}
      <ConflictDialog edit={conflict.shown} onLater={conflict.later} />
      <OpenParts {...{ open, view, rows, columns, close }} onView={setView} onImported={data.reload} />
    </Place>
  )
}

/** Where there is room for it. */
function PanelBeside({ product }: { product: Product | undefined }) {
  const isWide = useWide()
  // Its code could not be loaded.
  const [isAway, setAway] = useState(false)
  if (!isWide || isAway || !product) return null
  return <panel.Part product={product} onClose={() => setAway(true)} />
}
