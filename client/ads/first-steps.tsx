import { ConnectionCheck } from './connection-check.tsx'
import type { Days } from './days.ts'
import { isStored } from './metric.ts'

const SETTINGS = `GOOGLE_ADS_CLIENT_ID=…
GOOGLE_ADS_CLIENT_SECRET=…
GOOGLE_ADS_REFRESH_TOKEN=…
GOOGLE_ADS_CUSTOMER_ID=123-456-7890
ADS_DIR=./data/my-ads`
const DEMO = 'ADS_SOURCE=demo ADS_DIR=./data/demo-ads ./scripts/start'

/** How one's own figures come here; and while there are none at all, that there is a demo. */
export function FirstSteps({ days, busy }: { days: Days | undefined; busy: boolean }) {
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
      <p>
        Fetch what is missing, with the button above: each day is one question to Google, and what has come
        stays, whatever happens later. If Google refuses, these settings decide with which sign-in:
      </p>
      {days.source === 'google' && <OwnAccount />}
      <ConnectionCheck />
      <p>To look around first, start a server with demo figures, in a folder of their own:</p>
      <pre>{DEMO}</pre>
    </section>
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
