import { askedInWords, isActive, outcomeOf, reasonFor, remedyFor } from '#client/ads/run-labels.ts'
import { useRuns } from '#client/ads/use-ads.ts'
import type { Run } from '#client/ads/days.ts'
import { moment } from '#client/ui/format.ts'
import { Answered, Tile } from '#client/ui/tile.tsx'

export function RunsCard() {
  const runs = useRuns()
  return (
    <Tile title="Last and next run" link={{ href: '/ads', label: 'See all runs' }} isBusy={!runs.data}>
      <Answered query={runs}>
        {({ items: [last], next_run_at: next }) => (
          <>
            {last ? <LastRun run={last} /> : <p className="quiet-text">There was no run yet.</p>}
            <p className="quiet-text">
              {next === null ? 'No daily run is scheduled (ADS_CRON is off).' : `Next: ${moment(next)}`}
            </p>
          </>
        )}
      </Answered>
    </Tile>
  )
}

function LastRun({ run }: { run: Run }) {
  const hasFailed = run.state === 'failed'
  const code = run.code ?? run.failed[0]?.code
  const remedy = hasFailed ? remedyFor(code) : undefined
  return (
    <>
      <strong className={hasFailed ? 'figure warning' : 'figure'}>
        {hasFailed && '▲ '}
        {isActive(run) ? 'Under way' : outcomeOf(run)}
      </strong>
      {hasFailed && <p>Because {reasonFor(code)}.</p>}
      {remedy !== undefined && <p>{remedy}</p>}
      <p className="quiet-text">
        {askedInWords(run)}, {moment(run.finished_at ?? run.started_at)}
      </p>
    </>
  )
}
