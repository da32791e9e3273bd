/** Products that cost something while they were out of stock, most first. */
import { WaitingRows } from '#client/ui/states.tsx'
import type { Outputs } from '#client/api.ts'
import { SpendRow } from './spend-row.tsx'

const WAITING_ROWS = 10
const WIDE_COLUMNS = ['Clicks', 'Conversions', 'Value']
const COLUMNS = 5 + WIDE_COLUMNS.length

export function SpendTable({ spend }: { spend: Outputs['ads']['outOfStockSpend'] | undefined }) {
  return (
    <table className="spend" id="out-of-stock" aria-busy={!spend}>
      <thead>
        <tr>
          <th scope="col">Product</th>
          <th scope="col" className="wide-only">
            Status
          </th>
          <th scope="col" className="wide-only">
            Out of stock
          </th>
          <th scope="col">A day now</th>
          {WIDE_COLUMNS.map((name) => (
            <th key={name} scope="col" className="wide-only">
              {name}
            </th>
          ))}
          <th scope="col">Spent while out</th>
        </tr>
      </thead>
      <tbody>
        {spend?.items.map((item) => (
          <SpendRow key={`${item.product.id} ${item.currency}`} item={item} columns={COLUMNS} />
        )) ?? <WaitingRows rows={WAITING_ROWS} columns={COLUMNS} />}
      </tbody>
    </table>
  )
}
