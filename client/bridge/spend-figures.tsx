/** What burns now, what the period has cost, and where the rest of the report's cost went. */
import type { ReactNode } from 'react'
import type { Outputs } from '#client/api.ts'
import { count, microsAsMoney, plural } from '#client/ui/format.ts'
import { CostParts } from './cost-parts.tsx'

type Spend = Outputs['ads']['outOfStockSpend']

export function SpendFigures({ spend, days }: { spend: Spend; days: number }) {
  const burning = spend.items.filter(({ out_since: since }) => since !== null)
  const isUnknown = spend.state === 'unknown'
  return (
    <div className="spend-figures">
      <Figure
        label="Burning now"
        amounts={perDayOf(burning, spend.currency)}
        unit=" a day"
        isUnknown={isUnknown}
      >
        {plural(countProducts(burning), 'product')} out of stock now
      </Figure>
      <Figure label="Spent while out of stock" amounts={costOf(spend)} isUnknown={isUnknown}>
        {plural(countProducts(spend.items), 'product')} in {count(days)} days
        {isUnknown && ', as far as the dates are there'}
      </Figure>
      <CostParts spend={spend} />
    </div>
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
  isUnknown: boolean
  children: ReactNode
}

/** Amounts of different currencies stand below each other. Without all dates, nothing is not known to be nothing. */
function Figure({ label, amounts, unit = '', isUnknown, children }: FigureProps) {
  const isNothing = amounts.every(({ micros }) => micros === '0')
  return (
    <section aria-label={label}>
      <h2>{label}</h2>
      {isUnknown && isNothing ? (
        <strong>Cannot tell yet</strong>
      ) : (
        <>
          {amounts.map(({ currency, micros }) => (
            <strong key={currency}>
              {microsAsMoney(micros, currency)}
              {unit}
            </strong>
          ))}
          <p className="quiet-text">{children}</p>
        </>
      )}
    </section>
  )
}

function costOf({ totals, currency }: Spend): Amount[] {
  if (totals.length === 0) return [{ currency, micros: '0' }]
  return totals.map((each) => ({ currency: each.currency, micros: each.cost_micros }))
}

function perDayOf(items: Spend['items'], currency: string): Amount[] {
  if (items.length === 0) return [{ currency, micros: '0' }]
  return [...Map.groupBy(items, (item) => item.currency)].map(([own, itsItems]) => ({
    currency: own,
    micros: String(itsItems.reduce((sum, { cost_micros_per_day: micros }) => sum + BigInt(micros), 0n)),
  }))
}

/** A product that is advertised in two currencies has two items. */
function countProducts(items: Spend['items']): number {
  return new Set(items.map(({ product }) => product.id)).size
}
