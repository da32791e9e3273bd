import { useQuery } from '@tanstack/react-query'
import { trpc } from '#client/ui/trpc.ts'

const REFRESH_MS = 30_000

/** Of the last seven days. */
export function useSpend() {
  return useQuery(trpc.ads.outOfStockSpend.queryOptions({ days: 7 }, { refetchInterval: REFRESH_MS }))
}
