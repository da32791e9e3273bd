import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link, useSearchParams } from 'wouter'
import { count, mediumDate, plural } from '#client/ui/format.ts'
import { Place } from '#client/ui/place.tsx'
import { Segmented } from '#client/ui/segmented.tsx'
import { DemoLabel, EmptyState, ErrorState } from '#client/ui/states.tsx'
import { trpc } from '#client/ui/trpc.ts'
import type { Outputs } from '#client/api.ts'
import { SpendFigures } from './spend-figures.tsx'
import { SpendTable } from './spend-table.tsx'
import { UnfetchedNote } from './unfetched-note.tsx'
import { UnmatchedItems } from './unmatched-items.tsx'

type Spend = Outputs['ads']['outOfStockSpend']

const PERIODS = [7, 30, 90]

export default function SpendPage() {
  const [params, setParams] = useSearchParams()
  const days = PERIODS.find((period) => String(period) === params.get('days')) ?? 7
  const spend = useQuery(
    trpc.ads.outOfStockSpend.queryOptions({ days }, { placeholderData: keepPreviousData }),
  )
  return (
    <Place
      title="Out-of-stock spend"
      label={<DemoLabel source={spend.data?.source} />}
      tools={
        <Segmented
          label="Period"
          value={String(days)}
          choices={PERIODS.map((period) => ({ value: String(period), label: `${count(period)} days` }))}
          onChange={(value) => setParams({ days: value }, { replace: true })}
        />
      }
      status={<SpendStatus spend={spend.data} />}
    >
      {spend.error && !spend.data ? (
        <ErrorState error={spend.error} retry={() => void spend.refetch()} />
      ) : (
        <section className="spend-scroll" aria-label="Out-of-stock spend" aria-busy={!spend.data}>
          {spend.data && <UnfetchedNote spend={spend.data} />}
          {spend.data && <SpendFigures spend={spend.data} days={days} />}
          {spend.data?.items.length === 0 ? (
            spend.data.state === 'complete' && <NothingFound days={days} />
          ) : (
            <SpendTable spend={spend.data} />
          )}
          <UnmatchedItems days={days} />
        </section>
      )}
    </Place>
  )
}

function NothingFound({ days }: { days: number }) {
  return (
    <EmptyState title="No money goes to what is out of stock">
      <p>In these {count(days)} days no ads were paid for products while their stock was 0.</p>
      <p>
        <Link href="/products?stock=out">See what is out of stock</Link>
      </p>
    </EmptyState>
  )
}

function SpendStatus({ spend }: { spend: Spend | undefined }) {
  if (!spend) return 'Loading…'
  return (
    <>
      <span aria-live="polite">
        {spend.state === 'unknown' && spend.items.length === 0
          ? 'Cannot tell yet'
          : `${plural(spend.items.length, 'product')} with spend while out of stock`}
        , {mediumDate(spend.from)} – {mediumDate(spend.to)}
      </span>
      {spend.source === 'demo' && (
        <span className="wide-only">demo data: made up by the built-in simulator</span>
      )}
    </>
  )
}
