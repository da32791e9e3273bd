/** What happened to products since this browser was last here. */
import { skipToken, useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { Link } from 'wouter'
import type { Outputs } from '#client/api.ts'
import { productHref } from '#client/ui/product-href.ts'
import { count, money, moment, plural } from '#client/ui/format.ts'
import { trpc } from '#client/ui/trpc.ts'
import { Answered, Tile } from '#client/ui/tile.tsx'
import { lastVisit, rememberVisit } from './last-visit.ts'

type Changes = Outputs['products']['changes']
type Change = Changes['items'][number]

const SHOWN = 5
const READ = 500
const REFRESH_MS = 15_000

export function ChangesCard() {
  const latest = useQuery(trpc.products.latestChange.queryOptions({}, { refetchInterval: REFRESH_MS }))
  const changes = useQuery(
    trpc.products.changes.queryOptions(lastVisit ? { after: lastVisit.seq, limit: READ } : skipToken, {
      refetchInterval: REFRESH_MS,
    }),
  )
  const seq = latest.data?.seq
  const asOf = latest.dataUpdatedAt
  // With each answer: a browser that is killed says no farewell.
  useEffect(() => {
    if (seq !== undefined) rememberVisit({ seq, at: new Date(asOf).toISOString() })
  }, [seq, asOf])
  return (
    <Tile
      title={lastVisit ? `Changed since ${moment(lastVisit.at)}` : 'Changed since the last visit'}
      link={{ href: '/products', label: 'See the products' }}
      isBusy={!latest.data}
    >
      {lastVisit ? (
        <Answered query={changes}>{(data) => <Changed changes={data} />}</Answered>
      ) : (
        <p className="quiet-text">This is the first visit of this browser.</p>
      )}
    </Tile>
  )
}

function Changed({ changes: { items } }: { changes: Changes }) {
  const latest = new Map(items.map((change) => [change.product_id, change]))
  if (latest.size === 0) return <p className="quiet-text">Nothing.</p>
  const newest = [...latest.values()].toSorted((a, b) => b.seq - a.seq)
  return (
    <>
      <p>
        {plural(latest.size, 'product')}
        {items.length === READ && ' or more'}
      </p>
      <ul className="today-lines">
        {newest.slice(0, SHOWN).map((change) => (
          <ChangeLine key={change.product_id} change={change} />
        ))}
      </ul>
    </>
  )
}

function ChangeLine({ change: { product, product_id: id, kind } }: { change: Change }) {
  if (!product)
    return (
      <li>
        <span>Product {id}</span>
        <span>deleted</span>
      </li>
    )
  return (
    <li>
      <Link href={productHref(product.id)}>{product.name}</Link>
      <span>
        {kind === 'created' && 'new · '}
        {money(product.price, product.currency)} · {count(product.stock_level)} in stock
      </span>
    </li>
  )
}
