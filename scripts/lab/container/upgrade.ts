/**
 * `./scripts/adstock container upgrade`: two versions at once, under load, on the database that they share. Three replicas of an
 * older version are replaced by this one, and then three of this one by what could be the next: the first to be
 * replaced migrates what the others go on using.
 */
import type { SQL } from 'bun'
import { ROOT } from '#scripts/lab/harness/server-process.ts'
import { startCluster } from './cluster.ts'
import { need } from './program.ts'
import { rollingRestart } from './scale.ts'
import type { LoadOptions } from './under-load.ts'
import { checkOut, checkOutNext, givesNotice, versionBeforeLastMigration } from './versions.ts'

interface UpgradeOptions {
  from?: string
  rate: number
  pause: number
}

export async function runUpgradeScenario({ from, rate, pause }: UpgradeOptions): Promise<void> {
  need('git', 'haproxy', 'redis-server')
  const options = { perSecond: rate, pauseMs: pause }
  const commit = from ?? (await versionBeforeLastMigration())
  let wrong: number
  {
    await using older = await checkOut(commit)
    console.log(`from ${commit} to this version at ${rate} requests/s`)
    if (!(await givesNotice(commit)))
      console.log('  it leaves without notice: what was sent to it at that moment may fail')
    wrong = await replace(older.root, ROOT, options)
  }
  {
    await using next = await checkOutNext()
    console.log(`from this version to one with another migration at ${rate} requests/s`)
    wrong += await replace(ROOT, next.root, options)
  }
  process.exitCode = wrong === 0 ? 0 : 1
}

/** @returns how much was wrong */
async function replace(older: string, newer: string, options: LoadOptions): Promise<number> {
  await using cluster = await startCluster({ root: older })
  const before = await migrationsIn(cluster.sql)
  const wrong = await rollingRestart(cluster, options, newer)
  const added = (await migrationsIn(cluster.sql)).slice(before.length)
  console.log(`  migrated meanwhile: ${added.join(', ') || 'nothing'}`)
  if (added.length === 0) wrong.push('nothing was migrated')
  for (const each of wrong) console.log(`  WRONG: ${each}`)
  if (wrong.length === 0) console.log('  nothing is wrong')
  return wrong.length
}

async function migrationsIn(sql: SQL): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`select name from migrations order by name`
  return rows.map(({ name }) => name)
}
