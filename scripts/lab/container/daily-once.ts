/**
 * Servers with one schedule and one store: the daily job's hour, which here is every minute's, comes for all of
 * them at the same time. First there are three of them; then one is killed, and the next day it comes for two.
 */
import { join } from 'node:path'
import { ROOT, type ServerProcess } from '#scripts/lab/harness/server-process.ts'
import { temporaryFolder } from '#scripts/lab/harness/test-server.ts'
import { startCluster } from './cluster.ts'

/** Long enough for three servers to start on a busy machine, and less than a minute. */
const UNTIL_TICK_MS = 50_000
const BETWEEN_TICKS_MS = 60_000
const RUNS = /^adstock_ads_runs_total\{trigger="schedule",outcome="(\w+)"\} (\d+)/gm

/** @returns what is wrong */
export async function dailyJobOnce(): Promise<string[]> {
  await using folder = await temporaryFolder()
  const ads = join(folder.path, 'ads')
  const fill = [process.execPath, 'server/cli/ads.ts', 'backfill', '--source', 'demo', '--out', ads]
  const filling = Bun.spawn(fill, { cwd: ROOT, stdout: 'ignore', stderr: 'ignore' })
  if ((await filling.exited) !== 0) return ['the store could not be filled']
  const tick = Date.now() + UNTIL_TICK_MS
  await using cluster = await startCluster({
    env: {
      ADS_DIR: ads,
      ADS_SOURCE: 'demo',
      GOOGLE_ADS_CUSTOMER_ID: '',
      ADS_CRON: `${new Date(tick).getUTCSeconds()} * * * * *`,
      ADS_CRON_TIMEZONE: 'UTC',
    },
  })
  if (Date.now() > tick) return ['the servers were not up in time']
  const wrong = await runsOnce(cluster.replicas)
  const [victim, ...others] = cluster.replicas
  await victim?.kill()
  return [...wrong, ...(await runsOnce(others))]
}

/** Waits until the next tick has come to each of them. */
async function runsOnce(replicas: readonly ServerProcess[]): Promise<string[]> {
  const before = await outcomesOf(replicas)
  const giveUpAt = performance.now() + 2 * BETWEEN_TICKS_MS
  let ran = 0
  let struck = 0
  while (struck < replicas.length && performance.now() < giveUpAt) {
    await Bun.sleep(200)
    const now = await outcomesOf(replicas)
    const since = (outcome: string) => (now[outcome] ?? 0) - (before[outcome] ?? 0)
    ran = since('done') + since('parked')
    struck = Object.keys(now).reduce((sum, outcome) => sum + since(outcome), 0)
  }
  console.log(`  it came to ${struck} replicas and ran ${ran} times`)
  return struck === replicas.length && ran === 1 ? [] : [`it ran ${ran} times instead of once`]
}

async function metricsOf({ url }: ServerProcess): Promise<string> {
  return await (await fetch(`${url}/metrics`)).text()
}

async function outcomesOf(replicas: readonly ServerProcess[]): Promise<Record<string, number>> {
  const outcomes: Record<string, number> = {}
  for (const text of await Promise.all(replicas.map(metricsOf)))
    for (const [, outcome = '', count] of text.matchAll(RUNS))
      outcomes[outcome] = (outcomes[outcome] ?? 0) + Number(count)
  return outcomes
}
