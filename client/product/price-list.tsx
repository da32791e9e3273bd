/** Every change of a price that is recorded, and what a reduction has to be announced with. */
import { useQuery } from '@tanstack/react-query'
import type { Product } from '#client/products/columns.ts'
import { mediumDate, moment, money, plural } from '#client/ui/format.ts'
import { ErrorState, WaitingRows } from '#client/ui/states.tsx'
import { trpc } from '#client/ui/trpc.ts'
import type { Prices } from './history.ts'
import { PRICES_SHOWN } from './key-figures.tsx'

const WAITING_ROWS = 3

export function PriceList({ product: { id } }: { product: Product }) {
  const prices = useQuery(trpc.products.prices.queryOptions({ id, limit: PRICES_SHOWN }))
  if (prices.error && !prices.data) {
    return <ErrorState error={prices.error} retry={() => void prices.refetch()} />
  }
  return (
    <section className="product-card" aria-label="Price history" aria-busy={prices.isPending}>
      <h2>Price history</h2>
      {prices.data && <Reduction prices={prices.data} />}
      {(!prices.data || prices.data.items.length > 0) && (
        <table className="stock-history">
          <thead>
            <tr>
              <th scope="col">When</th>
              <th scope="col" className="number">
                From
              </th>
              <th scope="col" className="number">
                To
              </th>
            </tr>
          </thead>
          <tbody>
            {prices.data?.items.map((change) => (
              <tr key={change.version}>
                <td>
                  <time dateTime={change.at}>{moment(change.at)}</time>
                  <div className="quiet-text">
                    {[change.actor ?? 'directly in the database', change.reference]
                      .filter(Boolean)
                      .join(', ')}
                  </div>
                </td>
                <td className="number">{money(change.previous_price, prices.data.currency)}</td>
                <td className="number">
                  {Number(change.price) < Number(change.previous_price) ? '▼ ' : '▲ '}
                  {money(change.price, prices.data.currency)}
                </td>
              </tr>
            )) ?? <WaitingRows rows={WAITING_ROWS} columns={3} />}
          </tbody>
        </table>
      )}
      {prices.data && <Recorded prices={prices.data} />}
    </section>
  )
}

function Reduction({ prices: { last_reduction: reduction, currency } }: { prices: Prices }) {
  if (!reduction) return null
  const { at, price, lowest_30_days: lowest } = reduction
  return (
    <p>
      Reduced to {money(price, currency)} on {moment(at)}. Lowest price of the 30 days before:{' '}
      <strong>{money(lowest.price, currency)}</strong>
      {!lowest.whole && `, as far as recorded, since ${mediumDate(lowest.since.slice(0, 10))}`}.
    </p>
  )
}

function Recorded({ prices: { items, next_cursor: more, recorded_since: since } }: { prices: Prices }) {
  const from = moment(since)
  return (
    <p className="quiet-text">
      {items.length === 0 && `No change since ${from}.`}
      {more !== null && `The last ${plural(items.length, 'change')}. `}
      {items.length > 0 && `Recorded since ${from}.`}
    </p>
  )
}
