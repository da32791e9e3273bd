/** What the place follows, and how often it asks. */
import { useQuery } from '@tanstack/react-query'
import { trpc } from '#client/ui/trpc.ts'

const REFRESH_MS = 10_000

export function useAdsStatus() {
  return useQuery(trpc.ads.status.queryOptions({}, { refetchInterval: REFRESH_MS }))
}

export function useSystemStatus() {
  return useQuery(trpc.system.status.queryOptions({}, { refetchInterval: REFRESH_MS }))
}

export function useRecentErrors() {
  return useQuery(trpc.system.errors.queryOptions({}, { refetchInterval: REFRESH_MS }))
}
