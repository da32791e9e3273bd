import { Link } from 'wouter'
import type { Outputs } from '#client/api.ts'
import { plural } from '#client/ui/format.ts'

interface UnfetchedNoteProps {
  spend: Outputs['ads']['outOfStockSpend']
}

/** Dates that are not there have cost something, too: a sum without them must not look whole. */
export function UnfetchedNote({ spend: { from, to, state, missing_dates: missing } }: UnfetchedNoteProps) {
  if (state !== 'unknown') return null
  return (
    <div className="unfetched-note" role="note">
      <h2 className="warning">▲ Cannot tell yet</h2>
      <p>
        {inWords(missing)} <Link href={`/ads?report=product&from=${from}&to=${to}`}>See and fetch them</Link>
      </p>
    </div>
  )
}

function inWords(missing: number): string {
  if (missing === 0) return 'No date of this period is there.'
  return `${plural(missing, 'date')} of this period ${missing === 1 ? 'is' : 'are'} missing, so more may have been spent.`
}
