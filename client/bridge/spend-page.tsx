import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link, useSearchParams } from 'wouter'
import { count, fraction, mediumDate, microsAsMoney, money, plural } from '#client/ui/format.ts'
import { Place } from '#client/ui/place.tsx'
import { Segmented } from '#client/ui/segmented.tsx'
import { DemoLabel, EmptyState, ErrorState } from '#client/ui/states.tsx'
import { trpc } from '#client/ui/trpc.ts'
import { WaitingRows } from '#client/ui/waiting-rows.tsx'
import type { Outputs } from '#client/api.ts'
import { UnfetchedNote } from './unfetched-note.tsx'

type Spend = Outputs['ads']['outOfStockSpend']

const PERIODS = [7, 30, 90]
const WAITING_ROWS = 10

export default function SpendPage() {
  const [params, setParams] = useSearchParams()
  const days = PERIODS.find((period) => String(period) === params.get('days')) ?? 7
  const spend = useQuery(
    trpc.ads.outOfStockSpend.queryOptions({ days }, { placeholderData: keepPreviousData }),
  )
  return (
    <Place
      title="Out-of-stock spend"
      label={<DemoLabel source={spend.data?.source} />}
      tools={
        <Segmented
          label="Period"
          value={String(days)}
          choices={PERIODS.map((period) => ({ value: String(period), label: `${count(period)} days` }))}
          onChange={(value) => setParams({ days: value }, { replace: true })}
        />
      }
      status={<SpendStatus spend={spend.data} />}
    >
      {spend.error && !spend.data ? (
        <ErrorState error={spend.error} retry={() => void spend.refetch()} />
      ) : spend.data?.items.length === 0 ? (
        <EmptyState title="No money goes to what is out of stock">
          <UnfetchedNote spend={spend.data} />
          <p>
            In these {count(days)} days no ads were paid for products whose stock is 0. A product is
            recognised by its SKU, which must be the item id of the ads.
          </p>
          <p>
            <Link href="/products?stock=out">See what is out of stock</Link>
          </p>
        </EmptyState>
      ) : (
        <>
          {spend.data && <UnfetchedNote spend={spend.data} />}
          <p className="spend-total">
            {spend.data && (
              <>
                <strong>{totalsInWords(spend.data)}</strong> went in {count(days)} days to ads for{' '}
                {plural(spend.data.items.length, 'product')} that nobody can buy.
              </>
            )}
          </p>
          <SpendTable spend={spend.data} />
        </>
      )}
    </Place>
  )
}

/** Accounts of several currencies have several sums. */
function totalsInWords({ totals }: Spend): string {
  return totals.map(({ cost_micros, currency }) => microsAsMoney(cost_micros, currency)).join(' + ')
}

function SpendTable({ spend }: { spend: Spend | undefined }) {
  return (
    <section className="spend-scroll" aria-label="Products out of stock, most spent first" aria-busy={!spend}>
      <table className="spend">
        <thead>
          <tr>
            <th scope="col">Product</th>
            <th scope="col" className="wide-only">
              SKU
            </th>
            <th scope="col" className="wide-only">
              Price
            </th>
            <th scope="col">Clicks</th>
            <th scope="col" className="wide-only">
              Conversions
            </th>
            <th scope="col">Spent</th>
          </tr>
        </thead>
        <tbody>
          {spend?.items.map((item) => (
            <SpendRow key={`${item.product.id} ${item.currency}`} item={item} />
          )) ?? <WaitingRows rows={WAITING_ROWS} columns={6} />}
        </tbody>
      </table>
    </section>
  )
}

function SpendRow({ item }: { item: Spend['items'][number] }) {
  const { product } = item
  return (
    <tr>
      <th scope="row">
        <Link href={`/products?id=${product.id}`}>{product.name}</Link>
      </th>
      <td className="wide-only quiet-text">{product.sku}</td>
      <td className="wide-only">{money(product.price, product.currency)}</td>
      <td>{count(item.clicks)}</td>
      <td className="wide-only">{fraction(item.conversions)}</td>
      <td>
        <strong>{microsAsMoney(item.cost_micros, item.currency)}</strong>
      </td>
    </tr>
  )
}

function SpendStatus({ spend }: { spend: Spend | undefined }) {
  if (!spend) return 'Loading…'
  return (
    <>
      <span aria-live="polite">
        {plural(spend.items.length, 'product')} out of stock with spend, {mediumDate(spend.from)} –{' '}
        {mediumDate(spend.to)}
      </span>
      {spend.source === 'demo' && (
        <span className="wide-only">demo data: made up by the built-in simulator</span>
      )}
    </>
  )
}
