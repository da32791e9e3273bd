import { EmptyState } from '#client/ui/states.tsx'
import type { Column } from './columns.ts'
import { TableHead } from './table-head.tsx'
import { isFiltered, type View } from './use-view.ts'
import { WaitingRow } from './waiting-row.tsx'

const WAITING_ROWS = 24

export function WaitingProducts({ columns }: { columns: readonly Column[] }) {
  return (
    <div className="table-scroll" aria-busy="true">
      <table className="products" aria-label="Products, loading">
        <TableHead columns={columns} sort={undefined} onSort={() => {}} />
        <tbody>
          {Array.from({ length: WAITING_ROWS }, (_, index) => (
            <WaitingRow key={index} columns={columns} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

interface NoProductsProps {
  view: View
  onShowAll: () => void
  /** Undefined where one's key may not. */
  onImport: (() => void) | undefined
}

export function NoProducts({ view, onShowAll, onImport }: NoProductsProps) {
  if (isFiltered(view)) {
    return (
      <EmptyState title={view.q === '' ? 'No such product' : `Nothing found for “${view.q}”`}>
        <p>
          Words are looked for in names: in any order, the last one may be only begun. A SKU may be begun,
          too.
        </p>
        <button type="button" className="button" onClick={onShowAll}>
          Show all products
        </button>
      </EmptyState>
    )
  }
  if (!onImport)
    return (
      <EmptyState title="No products yet">
        <p>They are shown here once they are imported with a key that may do so.</p>
      </EmptyState>
    )
  return (
    <EmptyState title="No products yet">
      <p>A CSV file with a SKU, a name and a price for each product is all it takes:</p>
      <pre>{EXAMPLE}</pre>
      <button type="button" className="button primary" onClick={onImport}>
        Import a CSV file
      </button>
      <p>Or on the machine where Adstock runs; doing it again only changes what is different:</p>
      <pre>./scripts/adstock products import catalogue.csv</pre>
    </EmptyState>
  )
}

const EXAMPLE =
  'sku,name,price,stock_level\nSM24073083,Leather belt,21.30,18\nSM24073084,"Belt, braided",24.00,0'
