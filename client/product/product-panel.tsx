/** The product at the cell cursor, beside the table: what one would open its page for. */
import { Link } from 'wouter'
import type { Product } from '#client/products/columns.ts'
import { StockHistory } from '#client/products/stock/stock-history.tsx'
import { StockTag } from '#client/products/stock-tag.tsx'
import { useMay } from '#client/sign-in/session.ts'
import { productHref } from '#client/ui/product-href.ts'
import { useSettled } from '#client/ui/use-settled.ts'
import { HistoryCard } from './history-card.tsx'
import { KeyFigures } from './key-figures.tsx'
import { PriceList } from './price-list.tsx'

/** The cursor goes through many rows; each would be five questions. */
const SETTLES_AFTER_MS = 250

export default function ProductPanel({ product: current }: { product: Product; onClose: () => void }) {
  const product = useSettled(current, SETTLES_AFTER_MS)
  const mayReadAds = useMay('ads:read')
  return (
    <aside key={product.id} className="side-panel" aria-label="Selected product">
      <h2>
        <Link href={productHref(product.id)}>{product.name}</Link> <StockTag product={product} />
      </h2>
      <KeyFigures product={product} mayReadAds={mayReadAds} />
      {mayReadAds && <HistoryCard product={product} />}
      <PriceList product={product} />
      <section className="product-card" aria-label="Stock">
        <h2>Stock</h2>
        <StockHistory product={product} />
      </section>
    </aside>
  )
}
