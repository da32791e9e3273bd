import { ConnectionCheck } from './connection-check.tsx'
import type { Days, Run } from './days.ts'
import { isStored } from './metric.ts'
import { reasonFor, remedyFor } from './run-labels.ts'

const SETTINGS = `GOOGLE_ADS_CLIENT_ID=…
GOOGLE_ADS_CLIENT_SECRET=…
GOOGLE_ADS_REFRESH_TOKEN=…
GOOGLE_ADS_CUSTOMER_ID=123-456-7890
ADS_DIR=./data/my-ads`
const DEMO = 'ADS_SOURCE=demo ADS_DIR=./data/demo-ads ./scripts/start'

/** How one's own figures come here; and while there are none at all, that there is a demo. */
interface FirstStepsProps {
  days: Days | undefined
  lastRun: Run | undefined
  busy: boolean
}

export function FirstSteps({ days, lastRun, busy }: FirstStepsProps) {
  if (!days) return null
  if (days.source === 'demo')
    return (
      <details className="first-steps">
        <summary>Sample data. How to see your own account</summary>
        <OwnAccount />
      </details>
    )
  if (busy || days.days.some(isStored)) return null
  return (
    <section className="card first-steps">
      <h2>No data for this account yet</h2>
      {lastRun?.state === 'failed' ? (
        <AfterFailure run={lastRun} />
      ) : (
        <>
          <p>
            Fetch what is missing: each day is one request to Google, and what has come stays, whatever
            happens later.
          </p>
          <ConnectionCheck />
        </>
      )}
      {days.source === 'google' && <OwnAccount />}
      <p>To look around first, start a server with demo figures, in a folder of their own:</p>
      <pre>{DEMO}</pre>
    </section>
  )
}

/** The check, where it helps, is beside the run above. */
function AfterFailure({ run }: { run: Run }) {
  const code = run.code ?? run.failed[0]?.code
  return (
    <p>
      The last fetch failed because {reasonFor(code)}.{' '}
      {remedyFor(code) ?? 'What exactly was answered is told with the fetch.'}
    </p>
  )
}

function OwnAccount() {
  return (
    <>
      <p>Set these variables, then restart. The customer id may be that of a manager account.</p>
      <pre>{SETTINGS}</pre>
      <p className="quiet-text">
        With a service account: <code>GOOGLE_ADS_JSON_KEY_FILE_PATH</code> instead of the first three. Demo
        and real figures never share a folder, hence <code>ADS_DIR</code>.
      </p>
    </>
  )
}
