/** Products that cost something while they were out of stock, most first. */
import { Link } from 'wouter'
import type { Outputs } from '#client/api.ts'
import { count, fraction, mediumDate, microsAsMoney, moment, plural } from '#client/ui/format.ts'
import { WaitingRows } from '#client/ui/waiting-rows.tsx'

type Spend = Outputs['ads']['outOfStockSpend']
type Item = Spend['items'][number]

const WAITING_ROWS = 10

export function SpendTable({ spend }: { spend: Spend | undefined }) {
  return (
    <table className="spend" aria-busy={!spend}>
      <thead>
        <tr>
          <th scope="col">Product</th>
          <th scope="col" className="wide-only">
            Out of stock
          </th>
          <th scope="col">A day now</th>
          <th scope="col" className="wide-only">
            Clicks
          </th>
          <th scope="col" className="wide-only">
            Conversions
          </th>
          <th scope="col">Spent while out</th>
        </tr>
      </thead>
      <tbody>
        {spend?.items.map((item) => <SpendRow key={`${item.product.id} ${item.currency}`} item={item} />) ?? (
          <WaitingRows rows={WAITING_ROWS} columns={6} />
        )}
      </tbody>
    </table>
  )
}

function SpendRow({ item }: { item: Item }) {
  const { product, currency, out_since: since, estimated_days: estimated } = item
  return (
    <tr>
      <th scope="row">
        <Link href={`/products?id=${product.id}`}>{product.name}</Link>
      </th>
      <td className="wide-only" title={timesOf(item)}>
        {since === null ? `${fraction(item.days_out)} days` : `since ${mediumDate(since.slice(0, 10))}`}
      </td>
      <td>{since === null ? '–' : microsAsMoney(item.cost_micros_per_day, currency)}</td>
      <td className="wide-only">{count(Math.round(item.clicks))}</td>
      <td className="wide-only">{fraction(item.conversions)}</td>
      <td title={estimated > 0 ? `${plural(estimated, 'day')} by the share of the day` : undefined}>
        <strong>
          {estimated > 0 && '≈ '}
          {microsAsMoney(item.cost_micros, currency)}
        </strong>
      </td>
    </tr>
  )
}

function timesOf({ out_of_stock: times }: Item): string {
  return times.map(({ from, until }) => `${moment(from)} to ${moment(until)}`).join('\n')
}
