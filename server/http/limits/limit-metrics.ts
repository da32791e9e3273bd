import type { Cost } from '#server/operation.ts'
import type { Limiter, Verdict } from './limiter.ts'
import type { Metrics } from '#server/platform/metrics.ts'

/** Counted by hand, because this runs for every request. @returns to be told of each decision */
export function countVerdicts(metrics: Metrics, limiter: Limiter): (policy: Cost, verdict: Verdict) => void {
  const counts = new Map<string, number>()
  const refused: Record<Cost, number> = { read: 0, search: 0, write: 0 }
  metrics.total(
    {
      name: 'adstock_rate_limit_decisions_total',
      help: 'Decisions of the rate limiter, by policy and by counter',
      labels: ['policy', 'by'],
    },
    (set) => {
      for (const [key, count] of counts) {
        const [policy = '', by = ''] = key.split(' ')
        set({ policy, by }, count)
      }
    },
  )
  metrics.total(
    { name: 'adstock_rate_limited_total', help: 'Requests refused with 429', labels: ['policy'] },
    (set) => {
      for (const [policy, count] of Object.entries(refused)) set({ policy }, count)
    },
  )
  metrics.gauge(
    {
      name: 'adstock_rate_limit_replicas',
      help: 'Among so many a limit is divided while Redis does not answer',
      aggregator: 'max',
    },
    (set) => set({}, limiter.replicas),
  )
  return (policy, { by, allowed }) => {
    const key = `${policy} ${by}`
    counts.set(key, (counts.get(key) ?? 0) + 1)
    if (!allowed) refused[policy] += 1
  }
}
