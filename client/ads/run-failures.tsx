import { longDate, mediumDate, plural } from '#client/ui/format.ts'
import { reportLabel, type Run } from './days.ts'
import { failuresByReason, reasonFor } from './run-labels.ts'

const SHOWN = 10

/** The plain reason; what exactly was answered is one click away. */
export function RunFailures({ run }: { run: Run }) {
  const { failed, failed_count: failedCount, code, detail } = run
  if (failedCount === 0) return detail === undefined ? null : <Exactly code={code} detail={detail} />
  const [first, ...others] = failuresByReason(run)
  if (!first) return null
  return (
    <details className="failures">
      <summary>
        <span className="warning">{plural(failedCount, 'day')} failed</span>: {first.reason}
        {others.length > 0 && `, and ${plural(others.length, 'other reason')}`}
      </summary>
      <ul>
        {failed.slice(0, SHOWN).map((each) => (
          <li key={`${each.report} ${each.customer_id} ${each.date}`}>
            <span title={longDate(each.date)}>{mediumDate(each.date)}</span>, {reportLabel(each.report)}:{' '}
            {reasonFor(each.code)}. <code>{each.code}</code> {each.detail}
          </li>
        ))}
        {failedCount > SHOWN && <li>and {plural(failedCount - SHOWN, 'more day')}</li>}
      </ul>
    </details>
  )
}

/** A run that was stopped before any date could fail. */
function Exactly({ code, detail }: { code: string | undefined; detail: string }) {
  return (
    <details className="failures">
      <summary>
        <span className="warning">Stopped</span>: {reasonFor(code)}
      </summary>
      <p>
        <code>{code}</code> {detail}
      </p>
    </details>
  )
}
