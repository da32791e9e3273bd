import { useMemo } from 'react'
import { mediumDate, moment, plural } from '#client/ui/format.ts'
import { Place } from '#client/ui/place.tsx'
import { DemoLabel, ErrorState } from '#client/ui/states.tsx'
import { AccountNote } from './account-note.tsx'
import { AdsTools } from './ads-tools.tsx'
import { CalendarCard } from './calendar-card.tsx'
import { ChartCard } from './chart-card.tsx'
import { CompareCard } from './table/compare-card.tsx'
import { isMissing, type Days } from './days.ts'
import { choicesFor } from './metric.ts'
import { FirstSteps } from './first-steps.tsx'
import { PickedPanel } from './selected-range-panel.tsx'
import { RunList } from './run-list.tsx'
import { RunStrip } from './run-strip.tsx'
import { isActive, needsMending } from './run-labels.ts'
import {
  useCancelRun,
  useChoice,
  useDays,
  useForecast,
  useLiveRun,
  useOutcome,
  useRuns,
  useStartRun,
  type Choice,
} from './use-ads.ts'
import { comparedOf } from './use-compared.ts'
import { useSelectedRange, useView } from './use-view.ts'

export default function AdsPage() {
  const chooser = useChoice()
  const { choice } = chooser
  const runs = useRuns()
  const run = runs.data?.items[0]
  const isFetching = run !== undefined && isActive(run)
  const days = useDays(choice, isFetching)
  const forecast = useForecast(choice)
  const start = useStartRun()
  const cancel = useCancelRun()
  useLiveRun(run)
  useOutcome(run)

  const error = chooser.error ?? days.error
  const retry = () => (chooser.error ? chooser.retry() : void days.refetch())
  const busy = isFetching || start.isPending
  return (
    <Place
      title="Ads"
      label={<DemoLabel source={days.data?.source} />}
      tools={
        <AdsTools
          chooser={chooser}
          missing={days.data?.days.filter(isMissing).length}
          forecast={forecast.data}
          isFetching={busy}
          isHopeless={run !== undefined && needsMending(run)}
          onFetch={() => choice && start.mutate(scopeOf(choice))}
        />
      }
      status={<AdsStatus days={days.data} />}
    >
      {error && !days.data ? (
        <ErrorState error={error} retry={retry} />
      ) : (
        // What was shown before stays until the other report is there, but is seen to be the former.
        <div className="ads-content" data-stale={days.isPlaceholderData ? '' : undefined}>
          <RunStrip run={run} nowMs={runs.dataUpdatedAt} onCancel={(id) => cancel.mutate({ id })} />
          <AccountNote
            account={days.data?.accounts.find(({ customer_id }) => customer_id === choice?.customerId)}
          />
          <FirstSteps days={days.data} lastRun={run} busy={busy} />
          <TwoYears
            days={days.data}
            choice={choice}
            busy={busy}
            onFetch={(range, refresh) => choice && start.mutate({ ...scopeOf(choice), ...range, refresh })}
          />
          {runs.data && <RunList runs={runs.data.items} />}
        </div>
      )}
    </Place>
  )
}

function scopeOf({ report, customerId }: Choice) {
  return { reports: [report], customer_ids: [customerId] }
}

interface TwoYearsProps {
  days: Days | undefined
  choice: Choice | undefined
  busy: boolean
  onFetch: Parameters<typeof PickedPanel>[0]['onFetch']
}

/** What the days come to, beside others: as a line and row by row; and the calendar, beneath it what was picked there. */
function TwoYears({ days, choice, busy, onFetch }: TwoYearsProps) {
  const choices = useMemo(() => choicesFor(days?.reports[0]), [days?.reports])
  const [view, setView] = useView(choices)
  const { picked, settled, pick } = useSelectedRange()
  const compared = comparedOf({ days, choice, view, picked: settled })
  return (
    <>
      <ChartCard {...{ compared, choices, view }} picked={settled} onPick={pick} onView={setView} />
      <CompareCard compared={compared} report={days?.reports[0]} metric={view.metric} />
      <CalendarCard
        days={days}
        choices={choices}
        show={view.show}
        picked={picked}
        onShow={(show) => setView(show === 'state' ? { show } : { show, metric: show })}
        onPick={pick}
      />
      {days && choice && <PickedPanel {...{ days, choice, picked, settled, busy, onFetch }} onPick={pick} />}
    </>
  )
}

function AdsStatus({ days }: { days: Days | undefined }) {
  if (!days) return 'Loading…'
  const fetched = days.days.flatMap(({ fetched_at }) => (fetched_at === null ? [] : [fetched_at]))
  const freshest = fetched.toSorted().at(-1)
  return (
    <>
      <span>
        {plural(fetched.length, 'day')} of {days.days.length} stored, up to {mediumDate(days.to)}
      </span>
      {freshest !== undefined && <span className="wide-only">last fetched {moment(freshest)}</span>}
      {days.source === 'demo' && (
        <span className="wide-only">demo data: made up by the built-in simulator</span>
      )}
    </>
  )
}
