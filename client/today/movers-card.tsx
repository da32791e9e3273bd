/** The campaigns or products whose cost changed most from one week to the next. */
import { skipToken, useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import type { Range } from '#client/ads/range.ts'
import { microsAsMoney } from '#client/ui/format.ts'
import { trpc } from '#client/ui/trpc.ts'
import { Answered, Tile } from '#client/ui/tile.tsx'
import { moversOf, weekBefore, type Mover } from './figures.ts'

const SHOWN = 5

interface MoversCardProps {
  title: string
  group: 'campaign' | 'product'
  /** Undefined until it is known. */
  range: Range | undefined
}

export function MoversCard({ title, group, range }: MoversCardProps) {
  const now = useQuery(trpc.ads.report.queryOptions(range ? { ...range, group_by: group } : skipToken))
  const before = useQuery(
    trpc.ads.report.queryOptions(range ? { ...weekBefore(range), group_by: group } : skipToken),
  )
  const href = range ? `/ads?report=${group}&from=${range.from}&to=${range.to}` : '/ads'
  return (
    <Tile title={title} link={{ href, label: 'See all' }} isBusy={!now.data || !before.data}>
      <Answered query={now}>
        {({ rows }) => (
          <Answered query={before}>
            {(earlier) => <Movers movers={moversOf(rows, earlier.rows).slice(0, SHOWN)} group={group} />}
          </Answered>
        )}
      </Answered>
    </Tile>
  )
}

function Movers({ movers, group }: { movers: readonly Mover[]; group: 'campaign' | 'product' }) {
  if (movers.length === 0) return <p className="quiet-text">No cost in these two weeks.</p>
  return (
    <ul className="today-lines">
      {movers.map(({ key, name, currency, costMicros, changeMicros }) => (
        <li key={key}>
          {group === 'product' ? (
            <Link href={`/products?q=${encodeURIComponent(name)}`}>{name}</Link>
          ) : (
            <span>{name}</span>
          )}
          <span title={`${microsAsMoney(String(costMicros), currency)} in the last 7 days`}>
            {changeMicros > 0n ? '▲ +' : '▼ '}
            {microsAsMoney(String(changeMicros), currency)}
          </span>
        </li>
      ))}
    </ul>
  )
}
