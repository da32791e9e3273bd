/** What may happen to servers behind a balancer: each is restarted under load, or one is killed. */
import type { Cluster } from './cluster.ts'
import { ROOT } from '#scripts/lab/harness/server-process.ts'
import { underLoad, type LoadOptions } from './under-load.ts'

const MAX_EXIT_MS = 10_000
/** By the balancer. */
const NOTICED_MS = 1_200
const EXAMPLES = 10

/** Restarts one replica after the other; no request may fail. @param root of the version that comes back. @returns what is wrong */
export async function rollingRestart(cluster: Cluster, options: LoadOptions, root = ROOT): Promise<string[]> {
  const wrong: string[] = []
  const load = await underLoad(cluster, options, async ({ checker, happened }) => {
    for (const [n, replica] of cluster.replicas.entries()) {
      const back = checker.away(n)
      happened(`replica ${n + 1} was told to leave`)
      const { code, ms } = await replica.stop()
      happened(`replica ${n + 1} had left`)
      console.log(`  a replica left with ${code} after ${Math.round(ms)} ms`)
      if (code !== 0) wrong.push(`a replica ended with ${code}`)
      if (ms > MAX_EXIT_MS) wrong.push(`a replica took ${Math.round(ms)} ms to leave`)
      await replica.start(root)
      happened(`replica ${n + 1} was ready`)
      back()
      await Bun.sleep(NOTICED_MS + options.pauseMs)
    }
  })
  return [...wrong, ...load.failures.slice(0, EXAMPLES).map(load.describe), ...load.wrong]
}

/** Only what it was working on may fail. @returns what is wrong */
export async function killOne(cluster: Cluster, options: LoadOptions): Promise<string[]> {
  let [killingAtMs, killedAtMs] = [0, 0]
  const load = await underLoad(cluster, options, async ({ checker, happened }) => {
    const [victim] = cluster.replicas
    const back = checker.away(0)
    const over = checker.cutOff()
    killingAtMs = performance.now()
    await victim?.kill()
    killedAtMs = performance.now()
    over()
    happened('the kill')
    await Bun.sleep(options.pauseMs)
    await victim?.start()
    back()
    await Bun.sleep(NOTICED_MS)
  })
  const others = load.failures.filter(
    ({ startedAtMs, endedAtMs }) => startedAtMs > killedAtMs || endedAtMs < killingAtMs,
  )
  console.log(`  ${load.failures.length} requests failed, ${others.length} of them not in flight at the kill`)
  return [...others.slice(0, EXAMPLES).map(load.describe), ...load.wrong]
}
