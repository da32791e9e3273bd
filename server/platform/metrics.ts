/** Numbers for Prometheus. A registry of its own for each server, so that several may run in one process. */
import { AggregatorRegistry, Counter, Gauge, Registry, type Metric } from 'prom-client'
import { noSiblings, type Siblings } from './siblings.ts'

export type Labels = Readonly<Record<string, string>>

export interface Metrics {
  counter: (description: Description) => { add(labels: Labels, by?: number): void }
  /** A counter whose value is maintained elsewhere and never falls. @param collect sets every value, for each scrape */
  total: (description: Description, collect: Collect) => void
  /** @param collect sets every value, for each scrape */
  gauge: (description: GaugeDescription, collect: Collect) => void
  /** @param boundsS the buckets' upper bounds in seconds, ascending */
  histogram: (description: Description, boundsS: readonly number[]) => Durations
  /** In Prometheus' text format: of all servers on the port together. */
  text: () => Promise<{ contentType: string; body: string }>
}

export type Collect = (set: (labels: Labels, value: number) => void) => void

export interface Description {
  name: string
  help: string
  labels?: readonly string[]
}

/** Several servers on one port tell their sum, unless another value of them all is the true one. */
export interface GaugeDescription extends Description {
  aggregator?: 'sum' | 'min' | 'max'
}

export interface Durations {
  /** @param labels the labels' values, in their declared order */
  observe: (labels: readonly string[], seconds: number) => void
}

/** Under which servers on one port ask each other for theirs. */
export const METRICS_TOPIC = 'metrics'

type Told = Awaited<ReturnType<Registry['getMetricsAsJSON']>>

export function createMetrics(siblings: Pick<Siblings, 'ask' | 'answer'> = noSiblings()): Metrics {
  const registry = new Registry()
  siblings.answer(METRICS_TOPIC, () => registry.getMetricsAsJSON())
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
        aggregator: description.aggregator ?? 'sum',
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
    async text() {
      const all = (await siblings.ask(METRICS_TOPIC)) as Told[]
      return { contentType: registry.contentType, body: await AggregatorRegistry.aggregate(all).metrics() }
    },
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
  const get = async () => ({ name, help, type: 'histogram', values: values(), aggregator: 'sum' })
  const metric = { name, get }
  return { observe, metric: metric as unknown as Metric }
}

/** Of servers that have ended: counters and histograms go on counting from there, so that no sum falls. */
export async function keepTotals(kept: unknown, last: unknown): Promise<unknown> {
  const totals = [kept, last].map((told = []) =>
    (told as Told).filter(({ type }) => String(type) !== 'gauge'),
  )
  return await AggregatorRegistry.aggregate(totals).getMetricsAsJSON()
}

function addProcess(metrics: Metrics): void {
  metrics.gauge({ name: 'adstock_servers', help: 'Server processes on this port' }, (set) => set({}, 1))
  const startedAtS = Date.now() / 1000 - process.uptime()
  metrics.gauge(
    {
      name: 'process_start_time_seconds',
      help: 'When the process started, since the epoch',
      aggregator: 'min',
    },
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
