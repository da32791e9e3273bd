import { useMemo, useState } from 'react'
import { useSearchParams } from 'wouter'
import { mediumDate, moment, plural } from '#client/ui/format.ts'
import { Place } from '#client/ui/place.tsx'
import { DemoLabel, ErrorState } from '#client/ui/states.tsx'
import { AccountNote } from './account-note.tsx'
import { AdsTools } from './ads-tools.tsx'
import { CalendarCard } from './calendar-card.tsx'
import type { Calendar } from './calendar-days.ts'
import { ChartCard } from './chart-card.tsx'
import { CompareCard } from './table/compare-card.tsx'
import { isMissing, type Days } from './days.ts'
import { choicesFor } from './metric.ts'
import { FirstSteps } from './first-steps.tsx'
import { pickedDays, PickedPanel } from './selected-range-panel.tsx'
import { RunList } from './run-list.tsx'
import { RunStrip } from './run-strip.tsx'
import { isActive, needsMending } from './run-labels.ts'
import {
  useCancelRun,
  useChoice,
  useDays,
  useForecast,
  useLiveRun,
  useNewsOfRun,
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
  const [looks, setLooks] = useState(false)
  const [params] = useSearchParams()
  const days = useDays(choice, looks || params.has('show') || params.has('from'))
  const forecast = useForecast(choice)
  const start = useStartRun()
  const cancel = useCancelRun()
  useLiveRun(run)
  useNewsOfRun(run)
  useOutcome(run)

  const error = chooser.error ?? days.error
  const retry = () => (chooser.error ? chooser.retry() : days.retry())
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
      status={<AdsStatus days={days.data} calendar={days.calendar} />}
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
          {days.data?.source !== 'demo' && <FirstSteps days={days.data} lastRun={run} busy={busy} />}
          <TwoYears
            days={days.data}
            choice={choice}
            busy={busy}
            onLook={() => {
              setLooks(true)
              pickedDays.preload()
            }}
            onFetch={(range, refresh) => choice && start.mutate({ ...scopeOf(choice), ...range, refresh })}
          />
          <div className="ads-side">
            {runs.data && <RunList runs={runs.data.items} />}
            {days.data?.source === 'demo' && <FirstSteps days={days.data} lastRun={run} busy={busy} />}
          </div>
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
  /** The calendar is on the screen. */
  onLook: () => void
  onFetch: Parameters<typeof PickedPanel>[0]['onFetch']
}

/** What the days come to, beside others: as a line and row by row; and the calendar, beneath it what was picked there. */
function TwoYears({ days, choice, busy, onLook, onFetch }: TwoYearsProps) {
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
        // Where every square would tell the same, the cost tells more.
        show={view.show ?? (isComplete(days) ? view.metric : 'state')}
        picked={picked}
        onLook={onLook}
        onShow={(show) => setView(show === 'state' ? { show } : { show, metric: show })}
        onPick={pick}
      />
      {days && choice && <PickedPanel {...{ days, choice, picked, settled, busy, onFetch }} onPick={pick} />}
    </>
  )
}

function isComplete(days: Days | undefined): boolean {
  return days !== undefined && days.days.every((day) => !isMissing(day) && day.unread !== true)
}

interface AdsStatusProps {
  days: Days | undefined
  calendar: Calendar['calendars'][number] | undefined
}

function AdsStatus({ days, calendar }: AdsStatusProps) {
  if (!days || !calendar) return 'Loading…'
  const { stored, last_fetched_at: freshest } = calendar
  return (
    <>
      <span>
        {plural(stored, 'day')} of {days.days.length} stored
        <span className="wide-only">, up to {mediumDate(days.to)}</span>
      </span>
      {freshest !== null && <span className="wide-only">last fetched {moment(freshest)}</span>}
    </>
  )
}
