/** Steady traffic and the consistency checker, while something is done to the servers. */
import { startChecker, type Checker } from './checker.ts'
import { stockOf, wrongAfter } from './checks.ts'
import type { Cluster } from './cluster.ts'
import { startTraffic, type Failure, type TrafficReport } from './traffic.ts'

export interface LoadOptions {
  /** Of the traffic; the checker's requests come on top. */
  perSecond: number
  /** Before, between and after the disturbances. */
  pauseMs: number
}

export interface Stage {
  checker: Checker
  /** Printed with a failure: what it came after. */
  happened: (what: string) => void
}

export interface Outcome {
  failures: Failure[]
  /** What the checker and a look at the database have found. */
  wrong: string[]
  /** A failure, and what had happened last when it was sent. */
  describe: (failure: Failure) => string
}

export async function underLoad(
  cluster: Cluster,
  { perSecond, pauseMs }: LoadOptions,
  disturb: (stage: Stage) => Promise<void>,
): Promise<Outcome> {
  const { balancer, productIds, sql } = cluster
  const moments = [{ what: 'the beginning', atMs: performance.now() }]
  const before = await stockOf(sql)
  const checker = await startChecker(cluster)
  const traffic = startTraffic({ url: balancer.url, perSecond, productIds })
  await Bun.sleep(pauseMs)
  await disturb({ checker, happened: (what) => void moments.push({ what, atMs: performance.now() }) })
  const [report, checked] = await Promise.all([traffic.stop(), checker.stop()])
  console.log(`  ${summaryOf(report)}`)
  console.log(`  ${checked.summary}`)
  return {
    failures: report.failures,
    wrong: [...checked.wrong, ...(await wrongAfter(sql, report, { productIds, before }))],
    describe({ what, why, startedAtMs, endedAtMs }) {
      const last = moments.findLast(({ atMs }) => atMs <= startedAtMs)
      const afterMs = Math.round(startedAtMs - (last?.atMs ?? 0))
      return `${what}: ${why} (sent ${afterMs} ms after ${last?.what}, for ${Math.round(endedAtMs - startedAtMs)} ms)`
    },
  }
}

function summaryOf({ sent, writes, seconds, failures, medianMs, p99Ms, worstMs }: TrafficReport): string {
  const times = `${medianMs.toFixed(1)} ms in the median, ${p99Ms.toFixed(0)} at 99%, ${worstMs.toFixed(0)} at worst`
  const rate = `${Math.round(sent / seconds)} requests/s for ${seconds.toFixed(0)} s`
  return `${rate}, ${writes} writes among them: ${failures.length} failed; ${times}`
}
