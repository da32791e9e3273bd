import { useState } from 'react'
import { mediumDate, moment, plural } from '#client/ui/format.ts'
import { Place } from '#client/ui/place.tsx'
import { DemoLabel, ErrorState } from '#client/ui/states.tsx'
import { AdsTools } from './ads-tools.tsx'
import { CalendarCard } from './calendar-card.tsx'
import { DayPanel, TotalsPanel } from './day-panel.tsx'
import { missingOf, type Days } from './days.ts'
import { RunStrip } from './run-strip.tsx'
import { isActive } from './run-words.ts'
import { useChoice, useDays, useOutcome, useRuns, useStartRun, type Choice } from './use-ads.ts'

export default function AdsPlace() {
  const chooser = useChoice()
  const { choice } = chooser
  const runs = useRuns()
  const run = runs.data?.items[0]
  const isFetching = run !== undefined && isActive(run)
  const days = useDays(choice, isFetching)
  const start = useStartRun()
  const busy = isFetching || start.isPending
  useOutcome(run)

  const error = chooser.error ?? days.error
  const retry = () => (chooser.error ? chooser.retry() : void days.refetch())
  return (
    <Place
      title="Ads"
      label={<DemoLabel source={days.data?.source} />}
      tools={
        <AdsTools
          chooser={chooser}
          missing={days.data && missingOf(days.data.days)}
          isFetching={busy}
          onFetch={() => choice && start.mutate({ reports: [choice.report] })}
        />
      }
      status={<AdsStatus days={days.data} />}
    >
      {error && !days.data ? (
        <ErrorState error={error} retry={retry} />
      ) : (
        <div className="ads-content">
          <RunStrip run={run} nowMs={runs.dataUpdatedAt} />
          <TwoYears
            days={days.data}
            choice={choice}
            busy={busy}
            onFetchDay={(date) =>
              choice && start.mutate({ from: date, to: date, reports: [choice.report], refresh: true })
            }
          />
        </div>
      )}
    </Place>
  )
}

interface TwoYearsProps {
  days: Days | undefined
  choice: Choice | undefined
  busy: boolean
  onFetchDay: (date: string) => void
}

/** The calendar, and beneath it the day that was picked there, or the sum of all. */
function TwoYears({ days, choice, busy, onFetchDay }: TwoYearsProps) {
  const [selected, setSelected] = useState<string>()
  const day = days?.days.find(({ date }) => date === selected)
  return (
    <>
      <CalendarCard days={days} selected={selected} onSelect={setSelected} />
      {days && day && choice ? (
        <DayPanel
          day={day}
          currency={days.currency}
          choice={choice}
          busy={busy}
          onFetch={onFetchDay}
          onClose={() => setSelected(undefined)}
        />
      ) : (
        days && <TotalsPanel days={days} />
      )}
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
