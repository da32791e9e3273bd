/** A product's stock: what changed it, when and by whom, and a form that changes it with a reason. */
import { useState } from 'react'
import { Link } from 'wouter'
import { useMay } from '#client/sign-in/session.ts'
import { productHref } from '#client/ui/product-href.ts'
import { count } from '#client/ui/format.ts'
import { Modal } from '#client/ui/modal.tsx'
import type { Product } from '#client/products/columns.ts'
import { ProductFields } from '#client/products/fields/product-fields.tsx'
import type { RowBlocks } from '#client/products/rows/row-blocks.ts'
import { AdjustForm } from './adjust-form.tsx'
import { StockHistory } from './stock-history.tsx'

interface StockDrawerProps {
  product: Product
  rows: RowBlocks
  onClose: () => void
}

export default function StockDrawer({ product: opened, rows, onClose }: StockDrawerProps) {
  const [adjusted, setAdjusted] = useState(opened)
  const mayWrite = useMay('products:write')
  const place = rows.placeOf(opened.id)
  const shown = place === undefined ? undefined : rows.row(place)
  const product = shown && shown.version > adjusted.version ? shown : adjusted
  return (
    <Modal
      kind="drawer"
      title={product.name}
      description={
        <>
          {product.sku !== null && <>SKU {product.sku} · </>}
          <strong>{count(product.stock_level)}</strong> in stock
          {product.ads_item_id !== null && <> · in the ads {product.ads_item_id}</>}
          {product.gtin !== null && <> · GTIN {product.gtin}</>}
          {' · '}
          <Link className="page-link" href={productHref(product.id)}>
            Its page
          </Link>
        </>
      }
      onClose={onClose}
    >
      {mayWrite && (
        <>
          <AdjustForm product={product} onAdjusted={setAdjusted} />
          <details className="product-fields">
            <summary>Edit name, SKU, price and more</summary>
            <ProductFields product={product} onChanged={setAdjusted} />
          </details>
        </>
      )}
      <StockHistory product={product} />
    </Modal>
  )
}
