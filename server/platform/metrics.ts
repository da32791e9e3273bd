/** Numbers for Prometheus. A registry of its own for each server, so that several may run in one process. */
import { Counter, Gauge, Registry, type Metric } from 'prom-client'

export type Labels = Readonly<Record<string, string>>

export interface Metrics {
  counter: (description: Description) => { add(labels: Labels, by?: number): void }
  /** A counter whose value is maintained elsewhere and never falls. @param collect sets every value, for each scrape */
  total: (description: Description, collect: Collect) => void
  /** @param collect sets every value, for each scrape */
  gauge: (description: Description, collect: Collect) => void
  /** @param boundsS the buckets' upper bounds in seconds, ascending */
  histogram: (description: Description, boundsS: readonly number[]) => Durations
  /** In Prometheus' text format. */
  text: () => Promise<{ contentType: string; body: string }>
}

export type Collect = (set: (labels: Labels, value: number) => void) => void

export interface Description {
  name: string
  help: string
  labels?: readonly string[]
}

export interface Durations {
  /** @param labels the labels' values, in their declared order */
  observe: (labels: readonly string[], seconds: number) => void
}

export function createMetrics(): Metrics {
  const registry = new Registry()
  const settings = ({ name, help, labels = [] }: Description) => ({
    name,
    help,
    labelNames: [...labels],
    registers: [registry],
  })
  const metrics: Metrics = {
    counter(description) {
      const counter = new Counter(settings(description))
      return { add: (labels, by = 1) => counter.inc({ ...labels }, by) }
    },
    total(description, collect) {
      const counter: Counter = new Counter({
        ...settings(description),
        collect() {
          counter.reset()
          collect((labels, value) => counter.inc({ ...labels }, value))
        },
      })
    },
    gauge(description, collect) {
      const gauge: Gauge = new Gauge({
        ...settings(description),
        collect() {
          gauge.reset()
          collect((labels, value) => gauge.set({ ...labels }, value))
        },
      })
    },
    histogram(description, boundsS) {
      const { observe, metric } = leanHistogram(description, boundsS)
      registry.registerMetric(metric)
      return { observe }
    },
    text: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
  }
  addProcess(metrics)
  return metrics
}

interface Series {
  labels: readonly string[]
  /** Observations in each bucket alone, and last those beyond all of them. */
  counts: number[]
  sum: number
}

/**
 * The library's own histogram makes a request that is answered from memory a tenth more expensive, even with a cached
 * child for each set of labels. Here an observation only counts; the library's form is built for a scrape.
 */
function leanHistogram({ name, help, labels: names = [] }: Description, boundsS: readonly number[]) {
  const all = new Map<string, Series>()
  const values = () =>
    [...all.values()].flatMap(({ labels, counts, sum }) => {
      const named = Object.fromEntries(names.map((each, index) => [each, labels[index] ?? '']))
      let below = 0
      const buckets = counts.map((count, index) => ({
        metricName: `${name}_bucket`,
        labels: { ...named, le: boundsS[index] ?? '+Inf' },
        value: (below += count),
      }))
      return [
        ...buckets,
        { metricName: `${name}_sum`, labels: named, value: sum },
        { metricName: `${name}_count`, labels: named, value: below },
      ]
    })
  const observe: Durations['observe'] = (labels, seconds) => {
    const key = labels.join('\n')
    let series = all.get(key)
    if (!series) {
      series = { labels, counts: Array.from({ length: boundsS.length + 1 }, () => 0), sum: 0 }
      all.set(key, series)
    }
    let bucket = 0
    while (seconds > (boundsS[bucket] ?? Number.POSITIVE_INFINITY)) bucket++
    series.counts[bucket] = (series.counts[bucket] ?? 0) + 1
    series.sum += seconds
  }
  // The registry calls nothing else; its types require one of the library's own classes.
  const metric = { name, get: async () => ({ name, help, type: 'histogram', values: values() }) }
  return { observe, metric: metric as unknown as Metric }
}

function addProcess(metrics: Metrics): void {
  const startedAtS = Date.now() / 1000 - process.uptime()
  metrics.gauge(
    { name: 'process_start_time_seconds', help: 'When the process started, since the epoch' },
    (set) => set({}, startedAtS),
  )
  metrics.gauge({ name: 'process_resident_memory_bytes', help: 'Memory that the process holds' }, (set) =>
    set({}, process.memoryUsage.rss()),
  )
  metrics.total(
    {
      name: 'process_cpu_seconds_total',
      help: 'Processor time used, by the program and by the system for it',
    },
    (set) => set({}, (process.cpuUsage().user + process.cpuUsage().system) / 1e6),
  )
}
