import { useState } from 'react'
import { Place } from '#client/ui/place.tsx'
import { Segmented } from '#client/ui/segmented.tsx'
import { ErrorState } from '#client/ui/states.tsx'
import { ConflictDialog } from './conflict-dialog.tsx'
import { NoProducts, WaitingProducts } from './product-states.tsx'
import { ProductTable } from './product-table.tsx'
import { SearchBox } from './search-box.tsx'
import { ProductsStatus } from './products-status.tsx'
import { useColumns } from './use-columns.ts'
import { useConflict } from './use-conflict.ts'
import type { Editing } from './use-grid-cursor.ts'
import { useProductRows } from './use-product-rows.ts'
import { useView, type StockFilter } from './use-view.ts'

const STOCK_CHOICES: readonly { value: StockFilter; label: string }[] = [
  { value: 'all', label: 'All' },
  { value: 'in', label: 'In stock' },
  { value: 'out', label: 'Out of stock' },
]

export function ProductsPlace() {
  const [view, setView] = useView()
  const data = useProductRows(view)
  const columns = useColumns()
  const [editing, setEditing] = useState<Editing>()
  const conflict = useConflict(editing !== undefined)
  const listed = view.q === '' && view.id === undefined
  const sort = listed ? view.sort : undefined

  return (
    <Place
      title="Products"
      tools={
        <>
          <SearchBox value={view.q} onSearch={(q) => setView({ q, id: undefined })} />
          <Segmented
            label="Stock"
            value={view.stock}
            choices={STOCK_CHOICES}
            onChange={(stock) => setView({ stock, id: undefined })}
          />
          {view.id !== undefined && (
            <button type="button" className="button" onClick={() => setView({ id: undefined })}>
              Only product {view.id} · show all
            </button>
          )}
        </>
      }
      status={<ProductsStatus view={view} data={data} />}
    >
      {data.loading && !data.error ? (
        <WaitingProducts columns={columns} />
      ) : data.error && data.rows.length === 0 ? (
        <ErrorState error={data.error} retry={data.retry} />
      ) : data.rows.length === 0 ? (
        <NoProducts view={view} onShowAll={() => setView({ q: '', id: undefined, stock: 'all' })} />
      ) : (
        <ProductTable
          data={data}
          columns={columns}
          query={view.q}
          sort={sort}
          onSort={(next) => setView({ sort: next })}
          viewKey={JSON.stringify(view)}
          editing={editing}
          onEditing={setEditing}
          onOpenConflict={conflict.open}
        />
      )}
      <ConflictDialog edit={conflict.shown} onLater={conflict.later} />
    </Place>
  )
}
