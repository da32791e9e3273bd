import { useQuery } from '@tanstack/react-query'
import type { Outputs } from '#client/api.ts'
import { mediumDate, microsAsMoney } from '#client/ui/format.ts'
import { trpc } from '#client/ui/trpc.ts'
import { Answered, Tile } from '#client/ui/tile.tsx'
import { ProductLines } from './product-lines.tsx'

type RunningOut = Outputs['products']['runningOut']

const WITHIN = '14d'
const SHOWN = 5
const REFRESH_MS = 60_000

export function RunningOutCard() {
  const found = useQuery(
    trpc.products.runningOut.queryOptions({ within: WITHIN, limit: 100 }, { refetchInterval: REFRESH_MS }),
  )
  return (
    <Tile title="Advertised, and sold out within 14 days" isBusy={!found.data}>
      <Answered query={found}>{(data) => <Lines found={data} />}</Answered>
    </Tile>
  )
}

function Lines({ found: { items, ads } }: { found: RunningOut }) {
  const advertised = items.filter((item) =>
    item.ads_spend_per_day.some(({ cost_micros: micros }) => micros !== '0'),
  )
  if (advertised.length === 0)
    return (
      <p className="quiet-text">
        {ads.days_fetched === 0
          ? 'Cannot tell yet: no date of the ads is fetched.'
          : 'Nothing, at the rate at which products sell now.'}
      </p>
    )
  return (
    <ProductLines
      lines={advertised
        .slice(0, SHOWN)
        .map(({ product, runs_out_on: date, confidence, ads_spend_per_day: spend }) => ({
          key: String(product.id),
          product,
          told: [
            `${confidence === 'low' ? 'perhaps ' : ''}${date === null ? 'soon' : mediumDate(date)}`,
            ...spend.map(({ cost_micros: micros, currency }) => `${microsAsMoney(micros, currency)} a day`),
          ].join(' · '),
        }))}
    />
  )
}
