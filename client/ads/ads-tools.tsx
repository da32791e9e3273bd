import { useMay } from '#client/sign-in/session.ts'
import { count, plural } from '#client/ui/format.ts'
import { Segmented } from '#client/ui/segmented.tsx'
import { reportLabel } from './days.ts'
import type { Forecast } from './forecast-labels.ts'
import type { useChoice } from './use-ads.ts'

interface AdsToolsProps {
  chooser: ReturnType<typeof useChoice>
  /** Days that are missing or failed; undefined while that is not known. */
  missing: number | undefined
  /** Of fetching them. */
  forecast: Forecast | undefined
  isFetching: boolean
  /** It has just failed for a reason that is still there: something else is to be done first. */
  isHopeless: boolean
  onFetch: () => void
}

export function AdsTools({ chooser, missing, forecast, isFetching, isHopeless, onFetch }: AdsToolsProps) {
  const mayFetch = useMay('ads:write')
  const { reports, accounts, choice, choose } = chooser
  const canFetch = !isFetching && missing !== undefined && missing > 0
  return (
    <>
      {mayFetch && (
        <button
          type="button"
          className={isHopeless ? 'button fetch-button' : 'button primary fetch-button'}
          // Not disabled: a disabled button loses the focus right after it was pressed.
          aria-disabled={!canFetch}
          onClick={() => canFetch && onFetch()}
        >
          {isFetching ? 'Fetching…' : missing === 0 ? 'Nothing is missing' : fetchWords(missing, forecast)}
        </button>
      )}
      {/* Its place is kept: what is below would move. */}
      {!choice && <span className="segmented report-waiting" />}
      {choice && reports.length > 1 && (
        <Segmented
          label="Report"
          value={choice.report}
          choices={reports.map((report) => ({ value: report, label: reportLabel(report) }))}
          onChange={(report) => choose('report', report)}
        />
      )}
      {choice && accounts.length > 1 && (
        <label className="account-choice">
          Account
          <select value={choice.customerId} onChange={(event) => choose('account', event.target.value)}>
            {accounts.map(({ customer_id: id, name, closed }) => (
              <option key={id} value={id}>
                {[dashed(id), name, closed === undefined ? '' : '(closed)'].filter(Boolean).join(' ')}
              </option>
            ))}
          </select>
        </label>
      )}
    </>
  )
}

function fetchWords(missing: number | undefined, forecast: Forecast | undefined): string {
  if (missing === undefined) return 'Fetch what is missing'
  const requests = forecast ? `, about ${count(forecast.requests)} requests` : ''
  return `Fetch what is missing (${plural(missing, 'day')}${requests})`
}

/** As Google writes it. */
function dashed(id: string): string {
  return id.replace(/^(\d{3})(\d{3})(\d{4})$/, '$1-$2-$3')
}
