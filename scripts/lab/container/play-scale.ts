/** `./scripts/adstock container scale` */
import { startCluster } from './cluster.ts'
import { dailyJobOnce } from './daily-once.ts'
import { killOne, rollingRestart } from './scale.ts'

export async function runScaleScenario({ rate, pause }: { rate: number; pause: number }): Promise<void> {
  const options = { perSecond: rate, pauseMs: pause }
  const wrong: string[] = []
  const part = async (title: string, play: () => Promise<string[]>) => {
    console.log(title)
    const found = await play()
    for (const each of found) console.log(`  WRONG: ${each}`)
    if (found.length === 0) console.log('  nothing is wrong')
    wrong.push(...found)
  }
  {
    await using cluster = await startCluster()
    await part(`rolling restart at ${rate} requests/s`, () => rollingRestart(cluster, options))
    await part(`one replica killed at ${rate} requests/s`, () => killOne(cluster, options))
  }
  await part('the daily job is due on three replicas, and on two when one was killed', dailyJobOnce)
  process.exitCode = wrong.length === 0 ? 0 : 1
}
