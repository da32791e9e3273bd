import type { UseQueryResult } from '@tanstack/react-query'
import { Link } from 'wouter'
import type { Days } from '#client/ads/days.ts'
import type { Range } from '#client/ads/range.ts'
import { count, fraction, microsAsMoney, plural } from '#client/ui/format.ts'
import { Answered, Tile, Change } from '#client/ui/tile.tsx'
import { periodsOf, returnOf, type Period } from './figures.ts'
import { Sparkline } from './sparkline.tsx'

interface PeriodCardProps {
  title: string
  /** What it is compared with: “the Monday before”. */
  than: string
  days: UseQueryResult<Days, unknown>
  /** Undefined until the account's yesterday is known. */
  range: Range | undefined
}

export function PeriodCard({ title, than, days, range }: PeriodCardProps) {
  return (
    <Tile
      title={title}
      link={{ href: range ? `/ads?from=${range.from}&to=${range.to}` : '/ads', label: 'See these dates' }}
      isBusy={!days.data}
    >
      <Answered query={days}>
        {(data) =>
          range &&
          periodsOf(data, range).map((period) => (
            <PeriodFigures key={period.currency} period={period} than={than} />
          ))
        }
      </Answered>
    </Tile>
  )
}

function PeriodFigures({ period, than }: { period: Period; than: string }) {
  const { currency, range, now, before, missing, trend } = period
  if (missing > 0)
    return (
      <>
        <strong className="figure">Cannot tell yet</strong>
        <p className="quiet-text">
          {plural(missing, 'date')} {missing === 1 ? 'is' : 'are'} not fetched.{' '}
          <Link href={`/ads?from=${range.from}&to=${range.to}`}>Fetch</Link>
        </p>
      </>
    )
  const roas = returnOf(now)
  return (
    <>
      <div className="figure-line">
        <strong className="figure">{microsAsMoney(now.cost_micros, currency)}</strong>
        <Sparkline values={trend} marked={range.from === range.to ? 1 : 7} />
      </div>
      <p className="quiet-text">
        Cost: <Change now={Number(now.cost_micros)} before={Number(before.cost_micros)} than={than} />
      </p>
      <p className="quiet-text">
        {count(now.clicks)} clicks · {fraction(now.conversions)} conversions ·{' '}
        {roas === undefined ? 'no ROAS' : `ROAS ${fraction(roas)}`}
      </p>
    </>
  )
}
