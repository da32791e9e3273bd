import { useMay } from '#client/sign-in/session.ts'
import { plural } from '#client/ui/format.ts'
import { ErrorState } from '#client/ui/states.tsx'
import { costInWords, limitsInWords } from './forecast-labels.ts'
import { lengthOf, type Range } from './range.ts'
import { useForecast, type Choice } from './use-ads.ts'

interface FetchRangeProps {
  choice: Choice
  range: Range
  /** What the server is asked about: the same, a moment later. */
  settled: Range
  /** Days of it that are missing or failed. */
  missing: number
  busy: boolean
  onFetch: (range: Range, refresh: boolean) => void
}

/** What can be fetched of the picked days, and what that would take: told before, not after. */
export function FetchRange({ choice, range, settled, missing, busy, onFetch }: FetchRangeProps) {
  const refresh = missing === 0
  const mayFetch = useMay('ads:write')
  const forecast = useForecast(mayFetch ? choice : undefined, { ...settled, refresh })
  const days = lengthOf(range)
  const limits = forecast.data && limitsInWords(forecast.data)
  // Not disabled during a fetch: a disabled button loses the focus right after it was pressed.
  const fetchIt = (again: boolean) => !busy && onFetch(range, again)
  if (!mayFetch) return null
  if (forecast.error) return <ErrorState error={forecast.error} retry={() => void forecast.refetch()} />
  return (
    <div className="fetch-range">
      {missing > 0 && (
        <button type="button" className="button" aria-disabled={busy} onClick={() => fetchIt(false)}>
          {days === 1 ? 'Fetch this day' : `Fetch the ${plural(missing, 'missing day')}`}
        </button>
      )}
      {missing < days && (
        <button
          type="button"
          className={missing > 0 ? 'button quiet' : 'button'}
          aria-disabled={busy}
          onClick={() => fetchIt(true)}
        >
          {days === 1 ? 'Fetch this day again' : `Fetch all ${plural(days, 'day')} again`}
        </button>
      )}
      <span className="quiet-text" aria-live="polite">
        {forecast.data ? `Takes ${costInWords(forecast.data)}.` : 'Estimating…'} {limits}
      </span>
    </div>
  )
}
