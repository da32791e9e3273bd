/** The last fetches: when, what, and what became of it; the figures and the failures are one click away. */
import { useState } from 'react'
import { count, duration, moment, plural } from '#client/ui/format.ts'
import { reportLabel, type Run } from './days.ts'
import { RunFailures } from './run-failures.tsx'
import { askedInWords, isActive, outcomeOf, parkedInWords, reasonFor, remedyFor } from './run-labels.ts'

const SHOWN = 5

export function RunList({ runs }: { runs: readonly Run[] }) {
  const [all, setAll] = useState(false)
  return (
    <section className="card run-list" aria-label="Fetches">
      <h2>Fetches</h2>
      {runs.length === 0 ? (
        <p className="quiet-text">Nothing was fetched yet. Every fetch is told here, with what went wrong.</p>
      ) : (
        <ol>
          {runs.slice(0, all ? runs.length : SHOWN).map((run) => (
            <li key={run.id}>
              <RunEntry run={run} />
            </li>
          ))}
        </ol>
      )}
      {runs.length > SHOWN && (
        <button type="button" className="button quiet" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? 'Show fewer' : `Show all ${count(runs.length)}`}
        </button>
      )}
    </section>
  )
}

const SIGNS: Readonly<Record<Run['state'], string>> = {
  queued: '…',
  running: '…',
  done: '✓',
  failed: '✕',
  parked: '◷',
  interrupted: '■',
}

function RunEntry({ run }: { run: Run }) {
  const { state, started_at: startedAt, reports, code, failed, failed_count: failedCount } = run
  const why = code ?? (failedCount > 0 ? failed[0]?.code : undefined)
  return (
    <details>
      <summary>
        <span className="run-sign" data-state={state} aria-hidden="true">
          {SIGNS[state]}
        </span>
        <span className="run-when">{moment(startedAt)}</span>
        <span className="run-what">
          {askedInWords(run)} <span className="quiet-text">{reports.map(reportLabel).join(', ')}</span>
        </span>
        <span className="run-outcome">
          {outcomeOf(run)}
          {why !== undefined && <span className="quiet-text">: {reasonFor(why)}</span>}
        </span>
      </summary>
      <RunDetails run={run} />
    </details>
  )
}

export function RunDetails({ run }: { run: Run }) {
  const { started_at: startedAt, finished_at: finishedAt, parked_until: parkedUntil, units } = run
  const tookMs = finishedAt === null ? undefined : Date.parse(finishedAt) - Date.parse(startedAt)
  const remedy = remedyFor(run.code ?? run.failed[0]?.code)
  const figures = [
    ['Requested', plural(run.requested, 'day')],
    ['Skipped', count(run.skipped)],
    ['Fetched', count(run.done)],
    ['Failed', count(run.failed_count)],
    ['Rows', count(run.rows)],
    ['Requests', count(run.requests)],
    ['Retries', count(run.retries)],
    ['Units of quota', units === undefined ? '–' : count(units)],
    ['Took', tookMs === undefined ? (isActive(run) ? 'under way' : '–') : duration(tookMs)],
  ] as const
  return (
    <div className="run-details">
      <dl className="figures small">
        {figures.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {parkedUntil !== undefined && <p>{parkedInWords(parkedUntil)}</p>}
      {remedy !== undefined && <p>{remedy}</p>}
      <RunFailures run={run} />
    </div>
  )
}
