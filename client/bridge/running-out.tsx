/** What is in stock and will soon be sold out, with what its ads cost a day. */
import { useQuery } from '@tanstack/react-query'
import type { Outputs } from '#client/api.ts'
import { count, fraction, mediumDate, microsAsMoney, plural } from '#client/ui/format.ts'
import { ProductRow } from './product-row.tsx'
import { runningOutQuery } from './queries.ts'
import { StatusForm, StatusWords, type Status } from './stock-out-status.tsx'

type Item = Outputs['products']['runningOut']['items'][number]

const COLUMNS = 5

/** Of all products, whatever their status. */
export function RunningOutFigure() {
  const found = useQuery(runningOutQuery(undefined))
  if (!found.data || found.data.total === 0) return null
  return (
    <section aria-label="About to run out">
      <h2>About to run out</h2>
      <strong>{plural(found.data.total, 'product')}</strong>
      <p className="quiet-text">
        within 14 days, by recent sales. <a href="#running-out">These products</a>
      </p>
    </section>
  )
}

export function RunningOut({ status }: { status: Status | undefined }) {
  const found = useQuery(runningOutQuery(status))
  if (!found.data || found.data.total === 0) return null
  const { items, total } = found.data
  return (
    <section id="running-out" className="running-out" aria-label="Products about to run out">
      <h2>{plural(total, 'product')} about to run out, within 14 days</h2>
      <table className="spend">
        <thead>
          <tr>
            <th scope="col">Product</th>
            <th scope="col" className="wide-only">
              Status
            </th>
            <th scope="col">Runs out</th>
            <th scope="col">Stock</th>
            <th scope="col">Ads a day</th>
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <RunningOutRow key={item.product.id} item={item} />
          ))}
        </tbody>
      </table>
      {total > items.length && <p className="quiet-text">and {count(total - items.length)} more</p>}
    </section>
  )
}

function RunningOutRow({ item }: { item: Item }) {
  const { product, status, runs_out_on: date, ads_spend_per_day: spend } = item
  const cells = (
    <>
      <td>{date === null ? '–' : mediumDate(date)}</td>
      <td>{count(product.stock_level)}</td>
      <td>
        {spend.length === 0
          ? '–'
          : spend.map(({ currency, cost_micros: micros }) => microsAsMoney(micros, currency)).join(', ')}
      </td>
    </>
  )
  return (
    <ProductRow {...{ product, status, cells }} columns={COLUMNS} opens="Rate and status">
      <p>{rateInWords(item)}</p>
      <StatusWords of={item} />
      <StatusForm product={product} outSince={null} current={item} />
    </ProductRow>
  )
}

function rateInWords({ rate_per_day: rate, method, events, window_days: days, ...item }: Item): string {
  const { days_of_cover: cover, days_of_cover_range: range, confidence } = item
  const source = method === 'ledger' ? 'sales' : 'conversions of its ads'
  const until = range?.to == null ? 'or longer' : `to ${fraction(range.to)}`
  const spread = range ? ` (${fraction(range.from)} ${until}, by chance alone)` : ''
  return `${fraction(rate)} a day by ${count(Math.round(events))} ${source} in ${days} days: lasts ${fraction(cover ?? 0)} days${spread}; confidence ${confidence}.`
}
