/** What needs a person, followed in every place: its number stands in the title, the rest in the line below. */
import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { isActive } from '#client/ads/run-labels.ts'
import { useRuns } from '#client/ads/use-ads.ts'
import { attention } from '#client/ui/attention.ts'
import { plural } from '#client/ui/format.ts'
import { burningItems } from './burning-items.ts'
import { useSpend } from './use-spend.ts'

const HEALTH_REFRESH_MS = 10_000

/** Of the server's parts; without an answer, what the connection says is enough. */
function useRedis(): string | undefined {
  const readiness = useQuery({
    queryKey: ['readyz'],
    queryFn: async () => (await (await fetch('/readyz', { cache: 'no-store' })).json()) as { redis?: string },
    refetchInterval: HEALTH_REFRESH_MS,
    retry: false,
  })
  return readiness.data?.redis
}

export function AttentionWatch(): null {
  const burning = useSpend().data
  const lastRun = useRuns().data?.items.find((run) => !isActive(run))
  const redis = useRedis()
  const products = burning ? new Set(burningItems(burning).map(({ product }) => product.id)).size : 0
  const hasFailed = lastRun?.state === 'failed'
  useEffect(() => {
    attention.set([
      ...(products > 0
        ? [
            {
              href: '/out-of-stock-spend',
              words: `Ads on ${plural(products, 'product')} out of stock`,
              count: products,
            },
          ]
        : []),
      ...(hasFailed ? [{ href: '/ads', words: 'The last run of ads failed', count: 1, isFault: true }] : []),
      ...(redis === 'degraded'
        ? [{ href: undefined, words: 'Redis does not answer: all works, slower', count: 1, isFault: true }]
        : []),
    ])
    return () => attention.set([])
  }, [products, hasFailed, redis])
  return null
}
