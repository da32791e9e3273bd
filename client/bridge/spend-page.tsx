import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link, useSearchParams } from 'wouter'
import { useMay } from '#client/sign-in/session.ts'
import { count, mediumDate, plural } from '#client/ui/format.ts'
import { Place } from '#client/ui/place.tsx'
import { Segmented } from '#client/ui/segmented.tsx'
import { DemoLabel, EmptyState, ErrorState } from '#client/ui/states.tsx'
import { trpc } from '#client/ui/trpc.ts'
import type { Outputs } from '#client/api.ts'
import { GoogleFiles } from './google-files.tsx'
import { runningOutQuery, unmatchedQuery } from './queries.ts'
import { RunningOut } from './running-out.tsx'
import { SpendFigures } from './spend-figures.tsx'
import { SpendTable } from './spend-table.tsx'
import { STATUS_CHOICES, type Status } from './stock-out-status.tsx'
import { UnfetchedNote } from './unfetched-note.tsx'
import { UnmatchedItems } from './unmatched-items.tsx'

type Spend = Outputs['ads']['outOfStockSpend']

const PERIODS = [7, 30, 90]
/** The file has all. */
const SHOWN = 200

export default function SpendPage() {
  const [params, setParams] = useSearchParams()
  const mayOperate = useMay('admin')
  const days = PERIODS.find((period) => String(period) === params.get('days')) ?? 7
  const choice = STATUS_CHOICES.find(({ value }) => value === params.get('status'))?.value ?? 'all'
  const status = choice === 'all' ? undefined : (choice as Status)
  const spend = useQuery(
    trpc.ads.outOfStockSpend.queryOptions(
      { days, status, limit: SHOWN },
      { placeholderData: keepPreviousData },
    ),
  )
  const figured = useQuery(runningOutQuery(undefined))
  const below = [useQuery(runningOutQuery(status)), useQuery(unmatchedQuery(days))]
  // What would come above something else waits for it: nothing is moved.
  const shown = figured.isPending ? undefined : spend.data
  const isWhole = shown !== undefined && below.every(({ isPending }) => !isPending)
  const change = (name: string, value: string) =>
    setParams(
      (before) => {
        const after = new URLSearchParams(before)
        after.set(name, value)
        return after
      },
      { replace: true },
    )
  return (
    <Place
      title="Out-of-stock spend"
      label={<DemoLabel source={spend.data?.source} />}
      tools={
        <>
          <Segmented
            label="Period"
            value={String(days)}
            choices={PERIODS.map((period) => ({ value: String(period), label: `${count(period)} days` }))}
            onChange={(value) => change('days', value)}
          />
          <Segmented
            label="Status"
            value={choice}
            choices={STATUS_CHOICES}
            onChange={(value) => change('status', value)}
          />
        </>
      }
      status={<SpendStatus spend={spend.data} />}
    >
      {spend.error && !spend.data ? (
        <ErrorState error={spend.error} retry={() => void spend.refetch()} />
      ) : (
        <section className="spend-scroll" aria-label="Out-of-stock spend" aria-busy={!isWhole}>
          {shown ? <Spent spend={shown} days={days} status={status} /> : <Waiting />}
          {isWhole && (
            <>
              <RunningOut status={status} />
              <UnmatchedItems days={days} />
              <GoogleFiles days={days} status={status} />
              {mayOperate && (
                <p className="whole-list">
                  <Link href="/operations">Webhooks and keys are in Operations</Link>
                </p>
              )}
            </>
          )}
        </section>
      )}
    </Place>
  )
}

interface SpentProps {
  spend: Spend
  days: number
  status: Status | undefined
}

function Spent({ spend, days, status }: SpentProps) {
  return (
    <>
      <UnfetchedNote spend={spend} />
      <SpendFigures spend={spend} days={days} />
      {spend.items.length === 0 ? (
        <NothingFound spend={spend} days={days} />
      ) : (
        <>
          <SpendTable spend={spend} />
          <WholeList spend={spend} status={status} />
        </>
      )}
    </>
  )
}

function Waiting() {
  return (
    <>
      <div className="spend-figures" />
      <SpendTable spend={undefined} />
    </>
  )
}

function WholeList({ spend: { from, to, items }, status }: { spend: Spend; status: Status | undefined }) {
  const query = new URLSearchParams({ from, to, ...(status && { status }) })
  return (
    <p className="whole-list">
      {items.length === SHOWN && `The first ${count(SHOWN)} are shown. `}
      <a href={`/v1/ads/out-of-stock-spend.csv?${query}`} download="out-of-stock-spend.csv">
        The whole list as CSV
      </a>
    </p>
  )
}

function NothingFound({ spend, days }: { spend: Spend; days: number }) {
  if (spend.products > 0)
    return (
      <EmptyState title="No product has this status">
        <p>The figures above are of all {plural(spend.products, 'product')}.</p>
      </EmptyState>
    )
  if (spend.state !== 'complete') return null
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
    <span aria-live="polite">
      {spend.state === 'unknown' && spend.products === 0
        ? 'Cannot tell yet'
        : `${plural(spend.products, 'product')} with spend while out of stock`}
      , {mediumDate(spend.from)} – {mediumDate(spend.to)}
    </span>
  )
}
