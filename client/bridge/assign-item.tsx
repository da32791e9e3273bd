/** The product of an item id: found by SKU or name, shown, then assigned with Enter. */
import { useId, useState, type KeyboardEvent } from 'react'
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { problemOf, type Outputs } from '#client/api.ts'
import { announce } from '#client/ui/announce.tsx'
import { describeError } from '#client/ui/describe-error.ts'
import { client, trpc } from '#client/ui/trpc.ts'

type Product = Outputs['products']['search']['items'][number]

const FOUND = 5

export function AssignItem({ itemId }: { itemId: string }) {
  const [text, setText] = useState('')
  const [place, setPlace] = useState(0)
  const hintId = useId()
  const queries = useQueryClient()
  const q = text.trim()
  const found = useQuery({
    ...trpc.products.search.queryOptions({ q, limit: FOUND }, { placeholderData: keepPreviousData }),
    enabled: q !== '',
  })
  const products = found.data && q !== '' ? found.data.items : []
  const product = products[Math.min(place, products.length - 1)]
  const assignment = useMutation({
    mutationFn: ({ id, version }: Product) =>
      client.products.update.mutate({ id, version, ads_item_id: itemId }),
    async onSuccess({ name }) {
      announce(`${itemId} belongs to ${name} now.`)
      await queries.invalidateQueries()
    },
  })
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step === undefined) return
    event.preventDefault()
    setPlace(Math.max(0, Math.min(place + step, products.length - 1)))
  }
  // What is shown is of the words before: it must not be assigned.
  const isReady = product !== undefined && !found.isPlaceholderData && !assignment.isPending
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (isReady) assignment.mutate(product)
      }}
    >
      <input
        type="text"
        className="field"
        value={text}
        placeholder="SKU or name"
        aria-label={`Product of ${itemId}`}
        aria-describedby={hintId}
        autoComplete="off"
        onKeyDown={onKeyDown}
        onChange={(event) => {
          setText(event.currentTarget.value)
          setPlace(0)
          assignment.reset()
        }}
      />
      <button type="submit" className="button" disabled={!isReady}>
        Assign
      </button>
      <output id={hintId}>
        {product && <Found product={product} place={products.indexOf(product)} of={products.length} />}
        {found.data && q !== '' && !product && `No product is found by “${q}”.`}
      </output>
      {(assignment.error ?? found.error) && (
        <span className="form-mistake" role="alert">
          {inWords(assignment.error ?? found.error)}
        </span>
      )}
    </form>
  )
}

function Found({ product, place, of }: { product: Product; place: number; of: number }) {
  return (
    <>
      {product.name} <code>{product.sku}</code>
      {product.ads_item_id !== null && (
        <span className="warning"> ▲ has {product.ads_item_id} now, which is replaced</span>
      )}
      {of > 1 && (
        <span className="quiet-text">
          {' '}
          {place + 1} of {of}: ↑ ↓
        </span>
      )}
    </>
  )
}

function inWords(error: unknown): string {
  const code = problemOf(error)?.code
  if (code === 'ADS_ITEM_ID_TAKEN') return 'Another product has this item id already. Reload to see it.'
  return describeError(error).detail
}
