/** What needs a person, first of all: one look in the morning, and open all day. */
import { keepPreviousData, skipToken, useQuery } from '@tanstack/react-query'
import { weekdayName } from '#client/ui/format.ts'
import { mayUse, useSession } from '#client/sign-in/session.ts'
import { Place } from '#client/ui/place.tsx'
import { DemoLabel } from '#client/ui/states.tsx'
import { trpc } from '#client/ui/trpc.ts'
import { BurningCard } from './burning-card.tsx'
import { ChangesCard } from './changes-card.tsx'
import { lastDates, TREND_DAYS } from './figures.ts'
import { MoversCard } from './movers-card.tsx'
import { PeriodCard } from './period-card.tsx'
import { RunningOutCard } from './running-out-card.tsx'
import { RunsCard } from './runs-card.tsx'
import { useSpend } from './use-spend.ts'

const REFRESH_MS = 60_000

export default function TodayPage() {
  const session = useSession()
  const spend = useSpend()
  // The account's own yesterday.
  const to = spend.data?.to
  const days = useQuery(
    trpc.ads.days.queryOptions(to === undefined ? skipToken : lastDates(to, TREND_DAYS), {
      placeholderData: keepPreviousData,
      refetchInterval: REFRESH_MS,
    }),
  )
  const yesterday = to === undefined ? undefined : lastDates(to, 1)
  const week = to === undefined ? undefined : lastDates(to, 7)
  const reports = new Set(days.data?.days.map(({ report }) => report))
  const weekday = to === undefined ? '' : weekdayName((new Date(to).getUTCDay() + 6) % 7)
  return (
    <Place
      title="Today"
      label={<DemoLabel source={spend.data?.source} />}
      status={<span>All of it comes by itself as it changes.</span>}
    >
      <div className="today-scroll">
        <BurningCard spend={spend} />
        <PeriodCard title="Yesterday" than={`the ${weekday} before`} days={days} range={yesterday} />
        <PeriodCard title="Last 7 days" than="the 7 days before" days={days} range={week} />
        <RunsCard />
        <RunningOutCard />
        {mayUse(session, 'products:read') && <ChangesCard />}
        {/* Last, because which reports there are is known last: nothing is moved. */}
        {reports.has('campaign') && <MoversCard title="Campaigns that moved" group="campaign" range={week} />}
        {reports.has('product') && <MoversCard title="Products that moved" group="product" range={week} />}
      </div>
    </Place>
  )
}
