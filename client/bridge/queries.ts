/** What several parts of the place ask for: each is asked once. */
import { keepPreviousData } from '@tanstack/react-query'
import { trpc } from '#client/ui/trpc.ts'
import type { Status } from './stock-out-status.tsx'

/** Of a list; the rest is told as a number. */
const SHOWN = 20

export function runningOutQuery(status: Status | undefined) {
  return trpc.products.runningOut.queryOptions(
    { within: '14d', limit: SHOWN, status },
    { placeholderData: keepPreviousData },
  )
}

export function unmatchedQuery(days: number) {
  return trpc.ads.unmatchedItems.queryOptions({ days, limit: SHOWN }, { placeholderData: keepPreviousData })
}
