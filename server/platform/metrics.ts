/** Numbers for Prometheus. A registry of its own for each server, so that several may run in one process. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client'

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
      const histogram = new Histogram({ ...settings(description), buckets: [...boundsS] })
      // Looking up the child of a set of labels is half of the cost of an observation.
      const children = new Map<string, Histogram.Internal<string>>()
      return {
        observe(labels, seconds) {
          const key = labels.join('\n')
          const child = children.get(key) ?? histogram.labels(...labels)
          children.set(key, child)
          child.observe(seconds)
        },
      }
    },
    text: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
  }
  addProcess(metrics)
  return metrics
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
