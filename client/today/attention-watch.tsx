/** What needs a person, followed in every place: its number stands in the title, the rest in the line below. */
import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { isActive } from '#client/ads/run-labels.ts'
import { useMay } from '#client/sign-in/session.ts'
import { attention, type Attention } from '#client/ui/attention.ts'
import { plural } from '#client/ui/format.ts'
import { isStreamBroken } from '#client/ui/live-stream.ts'
import { useStore } from '#client/ui/store.ts'
import { trpc } from '#client/ui/trpc.ts'
import { burningItems } from './burning-items.ts'
import { useSpend } from './use-spend.ts'

/** Together less than the 10 s within which a fault is to be seen, also of a server that hangs. */
const HEALTH_REFRESH_MS = 4_000
const HEALTH_TIMEOUT_MS = 4_000
const RUNS_REFRESH_MS = 8_000
const BACKUP_REFRESH_MS = 60_000

export function AttentionWatch({ mayReadAds }: { mayReadAds: boolean }) {
  const health = [...useHealth(), ...useBackup()]
  return mayReadAds ? <WithAds health={health} /> : <Told needs={health} />
}

function WithAds({ health }: { health: readonly Attention[] }) {
  const spend = useSpend().data
  const runs = useQuery(trpc.ads.runs.queryOptions({}, { refetchInterval: RUNS_REFRESH_MS }))
  const lastRun = runs.data?.items.find((run) => !isActive(run))
  const products = spend ? new Set(burningItems(spend).map(({ product }) => product.id)).size : 0
  const needs: Attention[] = [...health]
  if (products > 0)
    needs.push({
      href: '/out-of-stock-spend',
      words: `Ads on ${plural(products, 'product')} out of stock`,
      count: products,
    })
  if (lastRun?.state === 'failed')
    needs.push({ href: '/ads', words: 'The last run of ads failed', count: 1, told: 'fault' })
  if (spend?.source === 'demo')
    needs.push({ href: '/ads', words: 'Demo data: the ads are made up', count: 0, told: 'note' })
  return <Told needs={needs} />
}

/** Of the server's parts; without an answer, what the connection says is enough. */
function useHealth(): Attention[] {
  const readiness = useQuery({
    queryKey: ['readyz'],
    async queryFn() {
      const signal = AbortSignal.timeout(HEALTH_TIMEOUT_MS)
      const response = await fetch('/readyz', { cache: 'no-store', signal })
      return (await response.json()) as { database?: string; redis?: string }
    },
    refetchInterval: HEALTH_REFRESH_MS,
    retry: false,
  })
  const isCut = useStore(isStreamBroken)
  const { database, redis } = readiness.data ?? {}
  const faults = [
    database === 'unreachable' && 'The database does not answer: figures may be old, nothing is saved',
    redis === 'degraded' && 'Redis does not answer: all works, slower',
    isCut && 'Changes of others do not arrive: figures may be old',
  ]
  return faults.flatMap((words) =>
    words === false ? [] : [{ href: undefined, words, count: 1, told: 'fault' as const }],
  )
}

/** Of the scheduled backups, for a key that may know. */
function useBackup(): Attention[] {
  const enabled = useMay('admin')
  const status = useQuery(
    trpc.system.status.queryOptions({}, { enabled, refetchInterval: BACKUP_REFRESH_MS, retry: false }),
  )
  const { last, is_overdue: isOverdue = false } = status.data?.backup ?? {}
  const faults = [last?.proved === false && 'The last backup failed', isOverdue && 'A backup is overdue']
  return faults.flatMap((words) =>
    words === false ? [] : [{ href: '/operations', words, count: 1, told: 'fault' as const }],
  )
}

function Told({ needs }: { needs: readonly Attention[] }): null {
  const text = JSON.stringify(needs)
  useEffect(() => attention.set(JSON.parse(text) as Attention[]), [text])
  useEffect(() => () => attention.set([]), [])
  return null
}
