/** What burns now, what it has cost, and where the rest of the report's cost went. */
import type { ReactNode } from 'react'
import type { Outputs } from '#client/api.ts'
import { count, microsAsMoney, plural } from '#client/ui/format.ts'

type Spend = Outputs['ads']['outOfStockSpend']

export function SpendFigures({ spend, days }: { spend: Spend; days: number }) {
  const burning = spend.items.filter(({ out_since }) => out_since !== null)
  const total = (part: keyof Omit<Spend['totals'][number], 'currency'>) =>
    spend.totals.map((totals) => ({ currency: totals.currency, micros: totals[part] }))
  return (
    <dl className="spend-figures">
      <Figure label="Burning now" amounts={perDayOf(burning)} unit=" a day">
        on {plural(burning.length, 'product')} that nobody can buy
      </Figure>
      <Figure label="Spent while out of stock" amounts={total('cost_micros')}>
        in {count(days)} days, {plural(spend.items.length, 'product')}
      </Figure>
      <Figure label="Spent while in stock" amounts={total('in_stock_cost_micros')}>
        of {inWords(total('report_cost_micros'))} in all
      </Figure>
      <Figure label="On no product" amounts={total('unmatched_cost_micros')}>
        <a href="#unmatched">item ids that no product has</a>
      </Figure>
      <Figure label="Cannot tell" amounts={total('unknown_cost_micros')}>
        before the stock was recorded
      </Figure>
    </dl>
  )
}

interface Amount {
  currency: string
  micros: string
}

interface FigureProps {
  label: string
  amounts: readonly Amount[]
  unit?: string
  children: ReactNode
}

function Figure({ label, amounts, unit = '', children }: FigureProps) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        <strong>
          {inWords(amounts)}
          {unit}
        </strong>
        <p className="quiet-text">{children}</p>
      </dd>
    </div>
  )
}

/** Accounts of several currencies have several sums. */
function inWords(amounts: readonly Amount[]): string {
  if (amounts.length === 0) return microsAsMoney('0', '')
  return amounts.map(({ micros, currency }) => microsAsMoney(micros, currency)).join(' + ')
}

function perDayOf(items: Spend['items']): Amount[] {
  return [...Map.groupBy(items, ({ currency }) => currency)].map(([currency, own]) => ({
    currency,
    micros: String(own.reduce((sum, { cost_micros_per_day }) => sum + BigInt(cost_micros_per_day), 0n)),
  }))
}
