/** Every change of the stock, newest first, as far as one asks for. */
import { useInfiniteQuery } from '@tanstack/react-query'
import type { Outputs } from '#client/api.ts'
import { count, moment, signed } from '#client/ui/format.ts'
import { ErrorState, WaitingRows } from '#client/ui/states.tsx'
import { trpc } from '#client/ui/trpc.ts'
import type { Product } from '#client/products/columns.ts'
import { reasonName } from './reasons.ts'

type Adjustment = Outputs['products']['adjustments']['items'][number]

const PAGE_SIZE = 50
const WAITING_ROWS = 6

export function StockHistory({ product: { id } }: { product: Product }) {
  const history = useInfiniteQuery(
    trpc.products.adjustments.infiniteQueryOptions(
      { id, limit: PAGE_SIZE },
      { initialCursor: null, getNextPageParam: (page) => page.next_cursor },
    ),
  )
  if (history.error && !history.data) {
    return <ErrorState error={history.error} retry={() => void history.refetch()} />
  }
  const entries = history.data?.pages.flatMap(({ items }) => items)
  return (
    <section aria-label="Stock history" aria-busy={history.isPending}>
      <table className="stock-history">
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">Reason</th>
            <th scope="col" className="number">
              Change
            </th>
            <th scope="col" className="number">
              Balance
            </th>
          </tr>
        </thead>
        <tbody>
          {entries?.map((entry) => <Entry key={entry.id} entry={entry} />) ?? (
            <WaitingRows rows={WAITING_ROWS} columns={4} />
          )}
        </tbody>
      </table>
      {history.hasNextPage && (
        <button
          type="button"
          className="button"
          aria-disabled={history.isFetchingNextPage}
          onClick={() => void (history.isFetchingNextPage || history.fetchNextPage())}
        >
          Older changes
        </button>
      )}
    </section>
  )
}

function Entry({ entry }: { entry: Adjustment }) {
  return (
    <tr>
      <td>
        <time dateTime={entry.created_at}>{moment(entry.created_at)}</time>
        <div className="quiet-text">{entry.actor}</div>
      </td>
      <td>
        {reasonName(entry.reason)}
        {entry.reference !== null && <div className="quiet-text">{entry.reference}</div>}
      </td>
      <td className="number">{signed(entry.delta)}</td>
      <td className="number">{count(entry.stock_level_after)}</td>
    </tr>
  )
}
