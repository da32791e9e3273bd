/** What burns now, what the period has cost, and where the rest of the report's cost went. */
import type { ReactNode } from 'react'
import type { Outputs } from '#client/api.ts'
import { count, microsAsMoney, plural } from '#client/ui/format.ts'
import { CostParts } from './cost-parts.tsx'
import { RunningOutFigure } from './running-out.tsx'

type Spend = Outputs['ads']['outOfStockSpend']

export function SpendFigures({ spend, days }: { spend: Spend; days: number }) {
  const isUnknown = spend.state === 'unknown'
  return (
    <div className="spend-figures">
      <Figure
        label="Burning now"
        amounts={amountsOf(spend, 'cost_micros_per_day')}
        unit=" a day"
        isUnknown={isUnknown}
      >
        {plural(spend.products_out_now, 'product')} out of stock now
      </Figure>
      <Figure
        label="Spent while out of stock"
        amounts={amountsOf(spend, 'cost_micros')}
        isUnknown={isUnknown}
      >
        {plural(spend.products, 'product')} in {count(days)} days
        {isUnknown && ', as far as the dates are there'}
      </Figure>
      <RunningOutFigure />
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

function amountsOf({ totals, currency }: Spend, figure: 'cost_micros' | 'cost_micros_per_day'): Amount[] {
  if (totals.length === 0) return [{ currency, micros: '0' }]
  return totals.map((each) => ({ currency: each.currency, micros: each[figure] }))
}
