/** Above the table: what of the catalogue is shown, and files in and out. */
import { MoreTools } from '#client/ui/more-tools.tsx'
import { Segmented } from '#client/ui/segmented.tsx'
import { PriceRange } from './price-range.tsx'
import { SearchBox } from './search-box.tsx'
import { exportAddress, type StockFilter, type View } from './use-view.ts'

const STOCK_CHOICES: readonly { value: StockFilter; label: string; title?: string }[] = [
  { value: 'all', label: 'All' },
  { value: 'in', label: 'In stock' },
  { value: 'low', label: 'Low', title: 'In stock, and at or below the threshold of the product' },
  { value: 'out', label: 'Out of stock' },
]

interface ProductsToolsProps {
  view: View
  onView: (change: Partial<View>) => void
  /** Undefined where one's key may not. */
  onImport: (() => void) | undefined
  onNew: (() => void) | undefined
  onViews: () => void
  onColumns: () => void
}

export function ProductsTools({ view, onView, onImport, onNew, onViews, onColumns }: ProductsToolsProps) {
  return (
    <>
      <SearchBox value={view.q} onSearch={(q) => onView({ q, id: undefined })} />
      <Segmented
        label="Stock"
        value={view.stock}
        choices={STOCK_CHOICES}
        onChange={(stock) => onView({ stock, id: undefined })}
      />
      <PriceRange min={view.min} max={view.max} onChange={(range) => onView({ ...range, id: undefined })} />
      {view.advertised !== undefined && (
        <button type="button" className="button" onClick={() => onView({ advertised: undefined })}>
          {view.advertised ? 'Advertised' : 'Not advertised'} · show all
        </button>
      )}
      {view.id !== undefined && (
        <button type="button" className="button" onClick={() => onView({ id: undefined })}>
          Only product {view.id} · show all
        </button>
      )}
      <span className="tool-pair">
        <button type="button" className="button" onClick={onViews}>
          Views
        </button>
        {onNew && (
          <button type="button" className="button" onClick={onNew}>
            New<span className="wide-only"> product</span>
          </button>
        )}
        {onImport && (
          <button type="button" className="button" onClick={onImport}>
            Import
          </button>
        )}
        <a className="button" href={exportAddress(view)} download="products.csv">
          Export
        </a>
        <MoreTools>
          <button type="button" className="button quiet wide-only" onClick={onColumns}>
            Columns…
          </button>
          <a
            className="button quiet"
            href={exportAddress(view, { forExcel: true })}
            download="products.csv"
            title="With a mark by which Excel knows the letters"
          >
            Export for Excel
          </a>
        </MoreTools>
      </span>
    </>
  )
}
