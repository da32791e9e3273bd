import type { Product } from './columns.ts'
import { isLow } from './use-view.ts'

/** In words where there is no stock, or little of it. */
export function StockTag({ product }: { product: Product }) {
  if (product.stock_level === 0) return <span className="tag out">Out of stock</span>
  return isLow(product) ? <span className="tag low">Low</span> : null
}
