/** How far the fetching is; or, when nothing is under way, how the last one ended. Always of one height. */
import { useMay } from '#client/sign-in/session.ts'
import { count, moment, plural } from '#client/ui/format.ts'
import { ConnectionCheck } from './connection-check.tsx'
import type { Run } from './days.ts'
import { RunFailures } from './run-failures.tsx'
import {
  isActive,
  mayBeSignIn,
  outcomeOf,
  parkedInWords,
  progressOf,
  rateOf,
  remedyFor,
  retriesInWords,
  timeLeft,
  waitInWords,
} from './run-labels.ts'

interface RunStripProps {
  run: Run | undefined
  /** When the runs were last heard of; 0 before that. */
  nowMs: number
  onCancel: (id: string) => void
}

export function RunStrip({ run, nowMs, onCancel }: RunStripProps) {
  if (!run) return <div className="run-strip quiet-text">{nowMs > 0 && 'Nothing was fetched yet.'}</div>
  return (
    <div className="run-strip" data-state={run.state}>
      {isActive(run) ? (
        <UnderWay run={run} nowMs={nowMs} onCancel={() => onCancel(run.id)} />
      ) : (
        <Ended run={run} />
      )}
    </div>
  )
}

function UnderWay({ run, nowMs, onCancel }: { run: Run; nowMs: number; onCancel: () => void }) {
  const mayStop = useMay('ads:write')
  const { due, over, share } = progressOf(run)
  const wait = waitInWords(run, nowMs)
  const said = wait === undefined ? [rateOf(run, nowMs), timeLeft(run)] : []
  const words = [...said, retriesInWords(run)].filter((each) => each !== undefined)
  return (
    <>
      <progress aria-label="Days fetched" max={1} value={share} />
      <span className="run-progress">
        <strong>
          {count(over)} of {plural(due, 'day')}
        </strong>{' '}
        {wait !== undefined && <span className="warning">◷ {wait} </span>}
        <span className="quiet-text">{words.join(' · ') || (wait === undefined ? 'getting ready' : '')}</span>
      </span>
      {mayStop && (
        <button type="button" className="button quiet" onClick={onCancel}>
          Stop
        </button>
      )}
      <RunFailures run={run} />
    </>
  )
}

function Ended({ run }: { run: Run }) {
  const { finished_at: finishedAt, parked_until: parkedUntil } = run
  const remedy = remedyFor(run.code ?? run.failed[0]?.code)
  return (
    <>
      <span>
        <strong>{outcomeOf(run)}</strong>{' '}
        {finishedAt !== null && <span className="quiet-text">{moment(finishedAt)}</span>}
      </span>
      {parkedUntil !== undefined && <span className="warning">◷ {parkedInWords(parkedUntil)}</span>}
      {remedy !== undefined && <span>{remedy}</span>}
      <RunFailures run={run} />
      {mayBeSignIn(run) && <ConnectionCheck />}
    </>
  )
}
