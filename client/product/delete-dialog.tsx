/** Asks before a product is deleted, and tells what that does elsewhere. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Product } from '#client/products/columns.ts'
import { useMay } from '#client/sign-in/session.ts'
import { announce } from '#client/ui/announce.tsx'
import { describeError } from '#client/ui/describe-error.ts'
import { count, microsAsMoney } from '#client/ui/format.ts'
import { Modal } from '#client/ui/modal.tsx'
import { client, queryClient, trpc } from '#client/ui/trpc.ts'
import { adsOf } from './ads-figures.ts'

interface DeleteDialogProps {
  product: Product
  onDeleted: () => void
  onClose: () => void
}

export function DeleteDialog({ product, onDeleted, onClose }: DeleteDialogProps) {
  const [mistake, setMistake] = useState('')
  const [isBusy, setBusy] = useState(false)
  const remove = async () => {
    setBusy(true)
    try {
      // Only what was shown is deleted.
      await client.products.remove.mutate({ id: product.id, version: product.version })
      announce('The product is deleted.')
      onDeleted()
      await queryClient.invalidateQueries()
    } catch (error) {
      const { what, detail } = describeError(error)
      setMistake(`${what}: ${detail} Nothing was deleted.`)
      setBusy(false)
    }
  }
  return (
    <Modal kind="dialog" title={`Delete “${product.name}”?`} startsAt="nothing" onClose={onClose}>
      <ul className="consequences">
        <li>
          {product.stock_level === 0
            ? 'It has no stock.'
            : `Its stock of ${count(product.stock_level)} is gone.`}{' '}
          Its ledger stays, and can be read by its ID {product.id}, which no other product will have.
        </li>
        <AdsConsequence product={product} />
        <li>
          Its page and its price history are not shown any more. The change feed and webhooks tell other
          programs that it was deleted; feeds leave it out.
        </li>
        <li>
          It cannot be undone. A product that is created again
          {product.sku !== null && ` with the SKU ${product.sku}`} begins with a new ledger.
        </li>
      </ul>
      <p className="form-mistake" role="alert">
        {mistake}
      </p>
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onClose}>
          Keep it
        </button>
        <button
          type="button"
          className="button danger"
          aria-disabled={isBusy}
          onClick={() => void (isBusy || remove())}
        >
          Delete it
        </button>
      </div>
    </Modal>
  )
}

function AdsConsequence({ product: { id, sku, ads_item_id: itemId } }: { product: Product }) {
  const mayReadAds = useMay('ads:read')
  const figures = useQuery(
    trpc.products.adsFigures.queryOptions({ ids: String(id) }, { enabled: mayReadAds }),
  )
  const costs = figures.data ? adsOf(figures.data, 30) : []
  const cost = costs.map(({ cost_micros: micros, currency }) => microsAsMoney(micros, currency)).join(' + ')
  return (
    <li>
      {cost === '' ? 'Ads for it, if there are any,' : `Its ads, which cost ${cost} in the last 30 days,`} are
      not stopped by this. What they cost, also in the past, then counts as cost of the item id{' '}
      {itemId ?? sku ?? id} without a product.
    </li>
  )
}
