/** The metrics of runs and stored dates. */
import type { Metrics } from '#server/platform/metrics.ts'
import { total, type Progress } from './progress.ts'
import type { Day } from '#server/ads/schema.ts'

/** What started a run: a call of the API, the daily job, or the start of the server. */
export type Trigger = 'api' | 'schedule' | 'start' | 'repair'

export interface RunMetrics {
  begun: (progress: Progress) => void
  ended: (progress: Progress, trigger: Trigger) => void
  /** It never was one: another had the store, or there was a mistake. */
  refused: (trigger: Trigger, outcome: 'busy' | 'error') => void
}

export interface DateCount extends Pick<Day, 'report' | 'customer_id' | 'state'> {
  dates: number
}

const RUN_BOUNDS_S = [0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600, 14_400]
const COUNTERS = ['requests', 'retries', 'rows'] as const

/** @param dates how many dates of the last two years are in which state */
export function createRunMetrics(metrics: Metrics, dates: () => DateCount[]): RunMetrics {
  const over = { requests: 0, retries: 0, rows: 0 }
  let current: Progress | undefined
  let succeededAtMs: number | undefined
  const runs = metrics.counter({
    name: 'adstock_ads_runs_total',
    help: 'Runs by what started them and how they ended',
    labels: ['trigger', 'outcome'],
  })
  for (const name of COUNTERS)
    metrics.total({ name: `adstock_ads_${name}_total`, help: HELP[name] }, (set) =>
      set({}, over[name] + (current ? total(current, name) : 0)),
    )
  const fetching = metrics.histogram(
    { name: 'adstock_ads_fetch_seconds', help: 'How long runs took to fetch their dates' },
    RUN_BOUNDS_S,
  )
  const aggregating = metrics.histogram(
    { name: 'adstock_ads_aggregate_seconds', help: 'How long a rebuild of an aggregated file took' },
    RUN_BOUNDS_S,
  )
  addGauges(metrics, { dates, succeededAtMs: () => succeededAtMs })

  return {
    begun(progress) {
      current = progress
    },
    ended(progress, trigger) {
      current = undefined
      for (const name of COUNTERS) over[name] += total(progress, name)
      runs.add({ trigger, outcome: progress.state })
      if (progress.state === 'done') succeededAtMs = progress.finishedAtMs
      const fetchMs = Math.max(0, ...progress.tallies.map((tally) => tally.fetchMs))
      if (fetchMs > 0) fetching.observe([], fetchMs / 1000)
      const byReport = new Map(progress.tallies.map(({ report, aggregateMs }) => [report, aggregateMs]))
      for (const ms of byReport.values()) aggregating.observe([], ms / 1000)
    },
    refused: (trigger, outcome) => runs.add({ trigger, outcome }),
  }
}

const HELP = {
  requests: 'Queries for figures that were sent',
  retries: 'Those of them that asked again for what was asked for before',
  rows: 'Rows that were stored',
}

function addGauges(
  metrics: Metrics,
  { dates, succeededAtMs }: { dates: () => DateCount[]; succeededAtMs: () => number | undefined },
): void {
  metrics.gauge(
    {
      name: 'adstock_ads_dates',
      help: 'Dates of the last two years by their state',
      labels: ['report', 'customer_id', 'state'],
      aggregator: 'max',
    },
    (set) => {
      for (const { report, customer_id, state, dates: count } of dates())
        set({ report, customer_id, state }, count)
    },
  )
  metrics.gauge(
    {
      name: 'adstock_ads_last_success_timestamp_seconds',
      help: 'When a run of this server last ended with every date in the store',
      aggregator: 'max',
    },
    (set) => {
      const at = succeededAtMs()
      if (at !== undefined) set({}, at / 1000)
    },
  )
}
