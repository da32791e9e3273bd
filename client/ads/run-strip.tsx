/** How far the fetching is; or, when nothing is under way, how the last one ended. Always of one height. */
import { count, moment, plural } from '#client/ui/format.ts'
import type { Run } from './days.ts'
import {
  failuresByReason,
  isActive,
  outcomeOf,
  progressOf,
  rateOf,
  remedyFor,
  timeLeft,
} from './run-words.ts'

/** @param nowMs when the runs were last heard of; 0 before that */
export function RunStrip({ run, nowMs }: { run: Run | undefined; nowMs: number }) {
  if (!run) return <div className="run-strip quiet-text">{nowMs > 0 && 'Nothing was fetched yet.'}</div>
  return (
    <div className="run-strip" data-state={run.state}>
      {isActive(run) ? <UnderWay run={run} nowMs={nowMs} /> : <Ended run={run} />}
    </div>
  )
}

function UnderWay({ run, nowMs }: { run: Run; nowMs: number }) {
  const { due, over, share } = progressOf(run)
  const said = [rateOf(run, nowMs), timeLeft(run), run.waiting_for && `waiting for ${run.waiting_for}`]
  return (
    <>
      <progress aria-label="Days fetched" max={1} value={share} />
      <span>
        <strong>
          {count(over)} of {plural(due, 'day')}
        </strong>{' '}
        <span className="quiet-text">
          {said.filter((each) => each !== undefined && each !== '').join(' · ') || 'getting ready'}
        </span>
      </span>
      <Failures run={run} />
    </>
  )
}

function Ended({ run }: { run: Run }) {
  return (
    <>
      <span>
        <strong>{outcomeOf(run)}</strong>{' '}
        {run.finished_at !== null && <span className="quiet-text">{moment(run.finished_at)}</span>}
        {run.parked_until !== undefined && (
          <span className="quiet-text"> · goes on {moment(run.parked_until)}</span>
        )}
      </span>
      <Remedy run={run} />
      <Failures run={run} />
    </>
  )
}

/** What to do comes first, in plain words; what was answered is for whoever wants to know. */
function Remedy({ run }: { run: Run }) {
  const remedy = remedyFor(run.code ?? run.failed[0]?.code)
  return (
    <>
      {remedy !== undefined && <span>{remedy}</span>}
      {run.detail !== undefined && <span className="quiet-text">{run.detail}</span>}
    </>
  )
}

/** The plain reason; what exactly was answered is one click away. */
function Failures({ run }: { run: Run }) {
  if (run.failed_count === 0) return null
  const [first, ...others] = failuresByReason(run)
  if (!first) return null
  return (
    <details className="failures">
      <summary>
        <span className="warning">{plural(run.failed_count, 'day')} failed</span>: {first.reason}
        {others.length > 0 && `, and ${plural(others.length, 'other reason')}`}
      </summary>
      <ul>
        {run.failed.slice(0, 10).map(({ date, report, code, detail }) => (
          <li key={`${report} ${date}`}>
            {date}, {report}: {detail} <code>{code}</code>
          </li>
        ))}
      </ul>
    </details>
  )
}
