import type { UseQueryResult } from '@tanstack/react-query'
import type { Outputs } from '#client/api.ts'
import { microsAsMoney, plural } from '#client/ui/format.ts'
import { ProductLines } from './product-lines.tsx'
import { burningItems } from './burning-items.ts'
import { Answered, Tile } from '#client/ui/tile.tsx'

type Spend = Outputs['ads']['outOfStockSpend']

const SHOWN = 4

export function BurningCard({ spend }: { spend: UseQueryResult<Spend, unknown> }) {
  return (
    <Tile
      title="Ads on what is out of stock"
      link={{ href: '/out-of-stock-spend', label: 'See all, and act on it' }}
      isBusy={!spend.data}
    >
      <Answered query={spend}>{(data) => <Burning spend={data} />}</Answered>
    </Tile>
  )
}

function Burning({ spend }: { spend: Spend }) {
  const items = burningItems(spend)
  if (items.length === 0)
    return (
      <strong className="figure">{spend.state === 'unknown' ? 'Cannot tell yet' : 'Nothing, now'}</strong>
    )
  const perCurrency = [...Map.groupBy(items, ({ currency }) => currency)]
  return (
    <>
      {perCurrency.map(([currency, own]) => (
        <strong key={currency} className="figure">
          {microsAsMoney(
            String(own.reduce((sum, each) => sum + BigInt(each.cost_micros_per_day), 0n)),
            currency,
          )}{' '}
          a day
        </strong>
      ))}
      <p className="quiet-text">
        on {plural(new Set(items.map(({ product }) => product.id)).size, 'product')}
        {spend.state === 'unknown' && ', as far as the dates are there'}
      </p>
      <ProductLines
        lines={items.slice(0, SHOWN).map(({ product, currency, cost_micros_per_day: micros }) => ({
          key: `${product.id} ${currency}`,
          product,
          told: `${microsAsMoney(micros, currency)} a day`,
        }))}
      />
    </>
  )
}
