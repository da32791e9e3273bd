import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import type { Outputs } from '#client/api.ts'
import { plural } from '#client/ui/format.ts'
import { trpc } from '#client/ui/trpc.ts'

interface UnfetchedNoteProps {
  spend: Pick<Outputs['ads']['outOfStockSpend'], 'from' | 'to'>
}

/** Days that are not there have cost something, too: a sum without them must not look whole. */
export function UnfetchedNote({ spend: { from, to } }: UnfetchedNoteProps) {
  const days = useQuery(trpc.ads.days.queryOptions({ from, to, report: 'product' }))
  const stored = ['complete', 'provisional', 'partial', 'empty', 'closed']
  const dates = new Set(
    (days.data?.days ?? []).flatMap((day) => (stored.includes(day.state) ? [] : [day.date])),
  )
  if (dates.size === 0) return null
  return (
    <p className="unfetched-note" role="note">
      <span className="warning">▲ {plural(dates.size, 'day')} of these</span>{' '}
      {dates.size === 1 ? 'is' : 'are'} not fetched yet, so more may have been spent.{' '}
      <Link href={`/ads?report=product&from=${from}&to=${to}`}>See and fetch them</Link>
    </p>
  )
}
