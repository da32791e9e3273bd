import { plural } from '#client/ui/format.ts'
import { Segmented } from '#client/ui/segmented.tsx'
import { REPORT_LABELS } from './days.ts'
import type { useChoice } from './use-ads.ts'

interface AdsToolsProps {
  chooser: ReturnType<typeof useChoice>
  /** Days that are missing or failed; undefined while that is not known. */
  missing: number | undefined
  isFetching: boolean
  onFetch: () => void
}

export function AdsTools({ chooser, missing, isFetching, onFetch }: AdsToolsProps) {
  const { reports, customerIds, choice, choose } = chooser
  return (
    <>
      <button
        type="button"
        className="button primary"
        disabled={isFetching || missing === undefined || missing === 0}
        onClick={onFetch}
      >
        {isFetching
          ? 'Fetching…'
          : missing === 0
            ? 'Nothing is missing'
            : `Fetch what is missing${missing === undefined ? '' : ` (${plural(missing, 'day')})`}`}
      </button>
      {choice && reports.length > 1 && (
        <Segmented
          label="Report"
          value={choice.report}
          choices={reports.map((report) => ({ value: report, label: REPORT_LABELS[report] }))}
          onChange={(report) => choose('report', report)}
        />
      )}
      {choice && customerIds.length > 1 && (
        <Segmented
          label="Account"
          value={choice.customerId}
          choices={customerIds.map((id) => ({ value: id, label: id }))}
          onChange={(id) => choose('account', id)}
        />
      )}
    </>
  )
}
