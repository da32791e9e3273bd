/** A product's spend while it was out of stock; the row opens when that was. */
import type { Outputs } from '#client/api.ts'
import { ProductRow } from './product-row.tsx'
import { StatusForm, StatusWords } from './stock-out-status.tsx'
import { count, fraction, mediumDate, microsAsMoney, moment, plural } from '#client/ui/format.ts'

type Item = Outputs['ads']['outOfStockSpend']['items'][number]

export function SpendRow({ item, columns }: { item: Item; columns: number }) {
  const { product, status, currency, out_since: since } = item
  const cells = (
    <>
      <td className="wide-only">{outOf(item)}</td>
      <td>{since === null ? '–' : microsAsMoney(item.cost_micros_per_day, currency)}</td>
      <td className="wide-only">{count(Math.round(item.clicks))}</td>
      <td className="wide-only">{fraction(item.conversions)}</td>
      <td className="wide-only">{valueOf(item)}</td>
      <td>
        {item.estimated_days > 0 && <span className="quiet-text">about </span>}
        <strong>{microsAsMoney(item.cost_micros, currency)}</strong>
      </td>
    </>
  )
  return (
    <ProductRow {...{ product, status, columns, cells }} opens="Times without stock and status">
      <Times item={item} />
    </ProductRow>
  )
}

function Times({ item }: { item: Item }) {
  const { out_of_stock: times, out_since: since, estimated_days: estimated } = item
  return (
    <>
      <p>
        {fraction(item.days_out)} days out of stock in this period: {plural(Math.round(item.clicks), 'click')}
        , {fraction(item.conversions)} conversions worth {valueOf(item)}.
      </p>
      <ul>
        {times.map(({ from, until }) => (
          <li key={from}>
            {moment(from)} – {moment(until)}
          </li>
        ))}
      </ul>
      {since !== null && <p>Out of stock since {moment(since)}.</p>}
      <StatusWords of={item} />
      <StatusForm product={item.product} outSince={since} current={item} />
      {estimated > 0 && (
        <p className="quiet-text">
          {plural(estimated, 'day')} estimated: the stock changed, so the day’s spend is divided by the hours
          without stock.
        </p>
      )}
    </>
  )
}

function outOf({ out_since: since, days_out: days }: Item): string {
  return since === null ? `${fraction(days)} days` : `since ${mediumDate(since.slice(0, 10))}`
}

function valueOf({ conversions_value: value, currency }: Item): string {
  return microsAsMoney(String(Math.round(value * 1_000_000)), currency)
}
