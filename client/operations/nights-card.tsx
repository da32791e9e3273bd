/** The daily job: when, how it went of late, why it failed, and fetching again. */
import { useEffect, useState } from 'react'
import type { Outputs } from '#client/api.ts'
import { RunDetails } from '#client/ads/run-list.tsx'
import { isActive, needsMending, outcomeOf } from '#client/ads/run-labels.ts'
import { RunStrip } from '#client/ads/run-strip.tsx'
import { useCancelRun, useLiveRun, useOutcome, useRuns, useStartRun } from '#client/ads/use-ads.ts'
import { longDate, mediumDate, moment, plural } from '#client/ui/format.ts'
import { queryClient, trpc } from '#client/ui/trpc.ts'
import { Answered, Tile } from '#client/ui/tile.tsx'
import { nightsOf, type Night, type NightState } from './nights.ts'
import { useAdsStatus } from './use-status.ts'

type Status = Outputs['ads']['status']
type Runs = Outputs['ads']['runs']

/** The server's own bound. */
const KEPT_RUNS = 50

const LOOKS: Readonly<Record<NightState, { sign: string; words: string }>> = {
  done: { sign: '✓', words: 'done' },
  failed: { sign: '✕', words: 'failed' },
  mended: { sign: '◪', words: 'failed, fetched later' },
  running: { sign: '…', words: 'under way' },
  due: { sign: '◷', words: 'still to come' },
  none: { sign: '–', words: 'no run' },
  unknown: { sign: '?', words: 'no longer on record' },
}

export function NightsCard() {
  const status = useAdsStatus()
  const runs = useRuns()
  const last = runs.data?.items[0]
  useLiveRun(last)
  useOutcome(last)
  const cancel = useCancelRun()
  const isFetching = last !== undefined && isActive(last)
  useEffect(() => {
    if (!isFetching) void queryClient.invalidateQueries({ queryKey: trpc.ads.status.pathKey() })
  }, [isFetching])
  return (
    <Tile title="Daily fetch" isBusy={!runs.data || !status.data}>
      <Answered query={status}>{(data) => <Schedule status={data} />}</Answered>
      <Answered query={runs}>
        {(data) => (
          <>
            {status.data && <Nights status={status.data} runs={data} nowMs={runs.dataUpdatedAt} />}
            <RunStrip run={last} nowMs={runs.dataUpdatedAt} onCancel={(id) => cancel.mutate({ id })} />
            {status.data && <FetchMissing status={status.data} runs={data} />}
          </>
        )}
      </Answered>
    </Tile>
  )
}

function Schedule({ status: { schedule, notice } }: { status: Status }) {
  const { cron, time_zone: zone, next_run_at: next } = schedule
  return (
    <>
      <p>
        {next === null ? (
          'No daily run is scheduled (ADS_CRON is off).'
        ) : (
          <>
            <strong>Next: {moment(next)}</strong>{' '}
            <span className="quiet-text">
              by <code>{cron}</code> in {zone}
            </span>
          </>
        )}
      </p>
      {notice !== null && <p className="warning">▲ {notice}</p>}
    </>
  )
}

/** What has just failed for the sign-in would fail again: then the check, in the strip, comes first. */
function FetchMissing({ status, runs: { items } }: { status: Status; runs: Runs }) {
  const start = useStartRun()
  const missing = status.dates
    .filter(({ state }) => state === 'missing' || state === 'failed' || state === 'partial')
    .reduce((sum, { dates }) => sum + dates, 0)
  const [last] = items
  const isBusy = start.isPending || (last !== undefined && isActive(last))
  if (missing === 0 || isBusy) return null
  const isHopeless = last !== undefined && needsMending(last)
  return (
    <p>
      <button
        type="button"
        className={isHopeless ? 'button' : 'button primary'}
        aria-disabled={start.isPending}
        onClick={() => start.mutate({})}
      >
        {isHopeless ? 'Fetch again, once that is mended' : 'Fetch what is missing'}
      </button>{' '}
      <span className="quiet-text">{plural(missing, 'date')} over all reports and accounts</span>
    </p>
  )
}

function Nights({ status: { schedule }, runs, nowMs }: { status: Status; runs: Runs; nowMs: number }) {
  const [chosen, setChosen] = useState<string>()
  const nights = nightsOf(runs.items, {
    zone: schedule.time_zone,
    nowMs,
    nextRunAt: runs.next_run_at,
    keptRuns: KEPT_RUNS,
  })
  const shown = nights.find(({ date }) => date === chosen)
  return (
    <>
      <ol className="nights" aria-label="The last fourteen nights">
        {nights.map((night) => (
          <li key={night.date}>
            <NightButton
              night={night}
              isShown={night === shown}
              onChoose={() => setChosen(night === shown ? undefined : night.date)}
            />
          </li>
        ))}
      </ol>
      {shown && <NightDetails night={shown} />}
    </>
  )
}

interface NightButtonProps {
  night: Night
  isShown: boolean
  onChoose: () => void
}

function NightButton({ night: { date, state }, isShown, onChoose }: NightButtonProps) {
  const { sign, words } = LOOKS[state]
  return (
    <button
      type="button"
      className="night"
      data-state={state}
      aria-expanded={isShown}
      aria-label={`${mediumDate(date)}: ${words}`}
      title={`${mediumDate(date)}: ${words}`}
      onClick={onChoose}
    >
      <span aria-hidden="true">{sign}</span>
      <span aria-hidden="true" className="quiet-text">
        {Number(date.slice(8))}
      </span>
    </button>
  )
}

function NightDetails({ night: { date, state, run } }: { night: Night }) {
  return (
    <section className="night-details" aria-label={`Night of ${mediumDate(date)}`}>
      <h3>{longDate(date)}</h3>
      {run ? (
        <>
          <p>
            {outcomeOf(run)}, {moment(run.started_at)}
            {state === 'mended' && '; what was missing was fetched later'}
          </p>
          <RunDetails run={run} />
        </>
      ) : (
        <p className="quiet-text">{WITHOUT_RUN[state]}</p>
      )}
    </section>
  )
}

const WITHOUT_RUN: Partial<Record<NightState, string>> = {
  due: 'The run of this night is still to come.',
  none: 'No daily run began on this date: no server with a schedule was up at that time. The next run makes up for it.',
  unknown: `Only the last ${KEPT_RUNS} runs are kept, and this date is before them.`,
}
