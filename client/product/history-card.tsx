/** Stock, ads and price of a product by date: as a drawing, in words for each date, and as a table. */
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useMemo, useState } from 'react'
import type { Product } from '#client/products/columns.ts'
import { count, mediumDate, microsAsMoney, money } from '#client/ui/format.ts'
import { Segmented } from '#client/ui/segmented.tsx'
import { ErrorState } from '#client/ui/states.tsx'
import { trpc } from '#client/ui/trpc.ts'
import { historyOf, pointInWords, type History } from './history.ts'
import { PRICES_SHOWN } from './key-figures.tsx'

const PERIODS = ['30', '90', '365'] as const
type Period = (typeof PERIODS)[number]
const CHOICES = PERIODS.map((value) => ({ value, label: `${value} days` }))

export function HistoryCard({ product }: { product: Product }) {
  const { id } = product
  const [period, setPeriod] = useState<Period>('90')
  const days = useQuery(
    trpc.products.days.queryOptions({ id, days: Number(period) }, { placeholderData: keepPreviousData }),
  )
  const prices = useQuery(trpc.products.prices.queryOptions({ id, limit: PRICES_SHOWN }))
  const history = useMemo(
    () => days.data && prices.data && historyOf(days.data, prices.data, product),
    [days.data, prices.data, product],
  )
  const error = days.error ?? prices.error
  return (
    <section className="product-card" aria-label="Day by day" aria-busy={!history}>
      <header>
        <h2>Stock, ads and price by day</h2>
        <Segmented label="Days of the chart" value={period} choices={CHOICES} onChange={setPeriod} />
      </header>
      {history ? (
        <Drawn key={history.points.length} history={history} />
      ) : error ? (
        <ErrorState error={error} retry={() => void Promise.all([days.refetch(), prices.refetch()])} />
      ) : (
        <div className="history-waiting" />
      )}
    </section>
  )
}

function Drawn({ history }: { history: History }) {
  const [pointed, point] = useState<number>()
  const last = history.points.length - 1
  const at = pointed === undefined ? last : Math.min(pointed, last)
  const { [at]: shown } = history.points
  const words = shown ? pointInWords(shown, history) : ''
  return (
    <>
      <ul className="chart-key" aria-hidden="true">
        <li data-line="stock">Stock, left</li>
        <li data-line="cost">Cost of ads a day, right</li>
        <li data-line="out">Out of stock</li>
        <li data-line="price">Price, below</li>
      </ul>
      <div className="history-drawing">
        <Suspense>
          <Chart {...{ history, pointed }} onPoint={point} />
        </Suspense>
      </div>
      <input
        type="range"
        className="history-slider"
        aria-label="Date"
        aria-valuetext={words}
        min={0}
        max={last}
        value={at}
        onChange={(event) => point(Number(event.target.value))}
      />
      <p className="history-words">{words}</p>
      {history.otherCurrencies.length > 0 && (
        <p className="quiet-text">Without what was spent in {history.otherCurrencies.join(', ')}.</p>
      )}
      <HistoryTable history={history} />
    </>
  )
}

const Chart = lazy(async () => {
  try {
    return { default: (await import('./history-chart.tsx')).HistoryChart }
  } catch {
    return { default: NoChart }
  }
})

function NoChart() {
  return <p className="quiet-text">The drawing could not be loaded. The table below has the same figures.</p>
}

function HistoryTable({ history: { points, currency, priceCurrency } }: { history: History }) {
  const [isOpen, setOpen] = useState(false)
  return (
    <details className="history-table" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>View as table</summary>
      {isOpen && (
        <table className="stock-history">
          <thead>
            <tr>
              <th scope="col">Date</th>
              {['Stock', 'Cost of ads', 'Clicks', 'Price'].map((label) => (
                <th key={label} scope="col" className="number">
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {points.toReversed().map(({ date, stock, costMicros, clicks, price }) => (
              <tr key={date}>
                <td>{mediumDate(date)}</td>
                <td className="number">{stock === null ? '–' : count(stock)}</td>
                <td className="number">{costMicros === null ? '–' : microsAsMoney(costMicros, currency)}</td>
                <td className="number">{costMicros === null ? '–' : count(clicks)}</td>
                <td className="number">{price === null ? '–' : money(price, priceCurrency)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </details>
  )
}
