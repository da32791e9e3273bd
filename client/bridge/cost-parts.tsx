/** The four parts of the product report's cost, currency by currency: each opens what it is made of. */
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import type { Outputs } from '#client/api.ts'
import { microsAsMoney, percent } from '#client/ui/format.ts'

type Spend = Outputs['ads']['outOfStockSpend']
type Totals = Spend['totals'][number]

export function CostParts({ spend }: { spend: Spend }) {
  return (
    <section className="cost-parts" aria-label="Cost in the report">
      <h2>Cost in the report</h2>
      {spend.totals.length === 0 && <strong>{spend.state === 'unknown' ? 'Cannot tell yet' : 'None'}</strong>}
      {spend.totals.map((totals) => (
        <PartsOf key={totals.currency} totals={totals} spend={spend} />
      ))}
    </section>
  )
}

function PartsOf({ totals, spend: { from, to } }: { totals: Totals; spend: Spend }) {
  return (
    <>
      <strong>{microsAsMoney(totals.report_cost_micros, totals.currency)}</strong>
      <PartsBar totals={totals} />
      <Part totals={totals} label="In stock" micros={totals.in_stock_cost_micros}>
        For products while their stock was above 0.{' '}
        <Link href={`/ads?report=product&from=${from}&to=${to}`}>Ads by product</Link>
      </Part>
      <Part totals={totals} label="Out of stock" micros={totals.cost_micros}>
        For products while their stock was 0. <a href="#out-of-stock">These products</a>
      </Part>
      <Part totals={totals} label="Unknown" micros={totals.unknown_cost_micros}>
        For products before their stock was recorded.
      </Part>
      <Part totals={totals} label="Unmatched" micros={totals.unmatched_cost_micros}>
        For item ids that no product has.{' '}
        {totals.unmatched_cost_micros !== '0' && <a href="#unmatched">These item ids</a>}
      </Part>
    </>
  )
}

/** The same as in words below it. */
function PartsBar({ totals }: { totals: Totals }) {
  const parts = {
    'in-stock': totals.in_stock_cost_micros,
    out: totals.cost_micros,
    unknown: totals.unknown_cost_micros,
    unmatched: totals.unmatched_cost_micros,
  }
  return (
    <div className="parts-bar" aria-hidden="true">
      {Object.entries(parts).map(([part, micros]) => (
        <span key={part} data-part={part} style={{ flexGrow: Number(micros) }} />
      ))}
    </div>
  )
}

interface PartProps {
  totals: Totals
  label: string
  micros: string
  children: ReactNode
}

function Part({ totals, label, micros, children }: PartProps) {
  const all = Number(totals.report_cost_micros)
  return (
    <details>
      <summary>
        {label}
        <span>{microsAsMoney(micros, totals.currency)}</span>
        <span className="quiet-text">{percent(all === 0 ? 0 : Number(micros) / all)}</span>
      </summary>
      <p className="quiet-text">{children}</p>
    </details>
  )
}
