/** Three servers, one schedule, one store: the daily job's tick comes to all of them at the same time. */
import { join } from 'node:path'
import { temporaryFolder } from '#server/testing.ts'
import { startCluster } from './cluster.ts'
import { ROOT, type Replica } from './replica.ts'

/** Long enough for three servers to start on a busy machine. */
const UNTIL_TICK_MS = 60_000
const AFTER_TICK_MS = 60_000
const RUNS = /^adstock_ads_runs_total\{trigger="schedule",outcome="(\w+)"\} (\d+)/gm

/** @returns what is wrong */
export async function dailyJobOnce(): Promise<string[]> {
  await using folder = await temporaryFolder()
  const ads = join(folder.path, 'ads')
  const filling = Bun.spawn(
    [process.execPath, 'scripts/ads.ts', 'backfill', '--source', 'demo', '--out', ads],
    {
      cwd: ROOT,
      stdout: 'ignore',
      stderr: 'ignore',
    },
  )
  if ((await filling.exited) !== 0) return ['the store could not be filled']
  const tick = new Date(Date.now() + UNTIL_TICK_MS)
  await using cluster = await startCluster({
    ADS_DIR: ads,
    ADS_SOURCE: 'demo',
    ADS_CRON: `${tick.getUTCSeconds()} ${tick.getUTCMinutes()} ${tick.getUTCHours()} * * *`,
    ADS_CRON_TIMEZONE: 'UTC',
  })
  if (Date.now() > tick.getTime()) return ['the servers were not up in time']
  const giveUpAt = tick.getTime() + AFTER_TICK_MS
  let outcomes: Record<string, number> = {}
  while (Date.now() < giveUpAt) {
    outcomes = await outcomesOf(cluster.replicas)
    if (Object.values(outcomes).reduce((sum, count) => sum + count, 0) >= cluster.replicas.length) break
    await Bun.sleep(200)
  }
  console.log(`  ${JSON.stringify(outcomes)}`)
  const ran = (outcomes['done'] ?? 0) + (outcomes['parked'] ?? 0)
  return ran === 1 ? [] : [`it ran ${ran} times instead of once`]
}

async function outcomesOf(replicas: readonly Replica[]): Promise<Record<string, number>> {
  const outcomes: Record<string, number> = {}
  for (const text of await Promise.all(replicas.map((replica) => replica.metrics())))
    for (const [, outcome = '', count] of text.matchAll(RUNS))
      outcomes[outcome] = (outcomes[outcome] ?? 0) + Number(count)
  return outcomes
}
