/** One product with all that is known of it: what it is, what happened to it, and what its ads do. */
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { Link, useLocation, useParams } from 'wouter'
import { problemOf } from '#client/api.ts'
import type { Product } from '#client/products/columns.ts'
import { ProductFields } from '#client/products/fields/product-fields.tsx'
import { useLive } from '#client/products/rows/use-live.ts'
import { AdjustForm } from '#client/products/stock/adjust-form.tsx'
import { forgetHistories, forgetHistory } from '#client/products/stock/forget-histories.ts'
import { StockHistory } from '#client/products/stock/stock-history.tsx'
import { redo, undo } from '#client/products/use-edits.ts'
import { StockTag } from '#client/products/stock-tag.tsx'
import { useMay } from '#client/sign-in/session.ts'
import { useAction } from '#client/ui/actions.ts'
import { moment } from '#client/ui/format.ts'
import { Place } from '#client/ui/place.tsx'
import { EmptyState, ErrorState } from '#client/ui/states.tsx'
import { queryClient, trpc } from '#client/ui/trpc.ts'
import { DeleteDialog } from './delete-dialog.tsx'
import { HistoryCard } from './history-card.tsx'
import { KeyFigures } from './key-figures.tsx'
import { PriceList } from './price-list.tsx'

export default function ProductPage() {
  const { id: text } = useParams<{ id: string }>()
  const id = Number(text)
  return Number.isSafeInteger(id) && id > 0 ? <KnownId key={id} id={id} /> : <NoProduct id={text} />
}

function KnownId({ id }: { id: number }) {
  const found = useQuery(trpc.products.get.queryOptions({ id }))
  useLive(forgetHistories)
  // Once it is left, its changes are not followed any more.
  useEffect(() => () => forgetHistory(id), [id])
  if (problemOf(found.error)?.code === 'PRODUCT_NOT_FOUND') return <NoProduct id={String(id)} />
  if (found.data) return <OneProduct product={found.data} />
  return (
    <Place title="Product" status="">
      {found.error ? (
        <ErrorState error={found.error} retry={() => void found.refetch()} />
      ) : (
        <div className="product-page" aria-busy="true" />
      )}
    </Place>
  )
}

function NoProduct({ id }: { id: string }) {
  return (
    <Place title="No such product" status="">
      <EmptyState title={`There is no product ${id}`}>
        <p>It was deleted, or the address is not right.</p>
        <Link href="/products">Go to the products</Link>
      </EmptyState>
    </Place>
  )
}

function OneProduct({ product }: { product: Product }) {
  const [, navigate] = useLocation()
  const [isDeleting, setDeleting] = useState(false)
  const mayWrite = useMay('products:write')
  const mayReadAds = useMay('ads:read')
  useAction('undo', () => void undo())
  useAction('redo', () => void redo())
  return (
    <Place
      title={product.name}
      label={<StockTag product={product} />}
      tools={
        <>
          <Link className="button" href={`/products?id=${product.id}`}>
            In the table
          </Link>
          {mayWrite && (
            <button type="button" className="button" onClick={() => setDeleting(true)}>
              Delete…
            </button>
          )}
        </>
      }
      status={`Created ${moment(product.created_at)} · changed ${moment(product.updated_at)}`}
    >
      <div className="product-page">
        <KeyFigures product={product} mayReadAds={mayReadAds} />
        <div className="product-main">
          {mayReadAds && <HistoryCard product={product} />}
          <PriceList product={product} />
        </div>
        <div className="product-side">
          {mayWrite && (
            <section className="product-card" aria-label="Fields">
              <h2>Fields</h2>
              <ProductFields product={product} onChanged={changed} />
            </section>
          )}
          <section className="product-card" aria-label="Stock">
            <h2>Stock</h2>
            {mayWrite && <AdjustForm product={product} onAdjusted={changed} />}
            <StockHistory product={product} />
          </section>
        </div>
      </div>
      {isDeleting && (
        <DeleteDialog
          product={product}
          onDeleted={() => navigate('/products', { replace: true })}
          onClose={() => setDeleting(false)}
        />
      )}
    </Place>
  )
}

function changed(now: Product): void {
  queryClient.setQueryData(trpc.products.get.queryKey({ id: now.id }), now)
  forgetHistory(now.id)
}
