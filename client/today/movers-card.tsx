/** The campaigns or products whose cost changed most from one week to the next. */
import { skipToken, useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import type { Range } from '#client/ads/range.ts'
import { useItemProducts } from '#client/ads/use-report.ts'
import { microsAsMoney, plural } from '#client/ui/format.ts'
import { productHref } from '#client/ui/product-href.ts'
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
  const products = useItemProducts(
    group === 'product' && range ? { from: weekBefore(range).from, to: range.to } : undefined,
  )
  const href = range ? `/ads?report=${group}&from=${range.from}&to=${range.to}` : '/ads'
  return (
    <Tile title={title} link={{ href, label: 'See all' }} isBusy={!now.data || !before.data}>
      <Answered query={now}>
        {({ rows, missing }) => (
          <Answered query={before}>
            {(earlier) => (
              <Movers
                movers={moversOf(rows, earlier.rows).slice(0, SHOWN)}
                missing={missing + earlier.missing}
                products={products}
              />
            )}
          </Answered>
        )}
      </Answered>
    </Tile>
  )
}

interface MoversProps {
  movers: readonly Mover[]
  /** Dates of the two weeks that are not fetched. */
  missing: number
  /** By item id. */
  products: ReturnType<typeof useItemProducts>
}

function Movers({ movers, missing, products }: MoversProps) {
  if (missing > 0)
    return <p className="quiet-text">Cannot tell yet: {plural(missing, 'date')} not fetched.</p>
  if (movers.length === 0) return <p className="quiet-text">No cost in these two weeks.</p>
  return (
    <ul className="today-lines">
      {movers.map(({ key, name, currency, costMicros, changeMicros }) => (
        <li key={key}>
          <MoverName name={name} product={products.get(name)} />
          <span title={`${microsAsMoney(String(costMicros), currency)} in the last 7 days`}>
            {changeMicros > 0n ? '▲ +' : '▼ '}
            {microsAsMoney(String(changeMicros), currency)}
          </span>
        </li>
      ))}
    </ul>
  )
}

function MoverName({ name, product }: { name: string; product: { id: number; name: string } | undefined }) {
  return product ? <Link href={productHref(product.id)}>{product.name}</Link> : <span>{name}</span>
}
